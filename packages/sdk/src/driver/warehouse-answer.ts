/** Whether the warehouse itself said how a statement ended, and not the way to it. */
export const isWarehouseAnswer = (error: unknown): boolean => {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown }
  return name === 'OperationFailedError' && typeof code === 'string' && code !== ''
}
