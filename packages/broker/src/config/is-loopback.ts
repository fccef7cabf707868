const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

/** Whether a host name means this machine and nothing else. */
export const isLoopbackHost = (host: string): boolean => LOOPBACK.test(host)

/** HTTPS anywhere, plain HTTP only towards this machine. */
export const isSafeUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
}
