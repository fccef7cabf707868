/**
 * Gives an object its methods as members of its own, as the driver's objects have theirs: they can be enumerated, taken
 * off and called without it, and replaced by a library that wraps them.
 */
export const bindMembers = <T extends object>(target: T, members: readonly (keyof T)[]): void => {
  for (const member of members) {
    const method = target[member]
    if (typeof method === 'function') target[member] = method.bind(target) as T[keyof T]
  }
}
