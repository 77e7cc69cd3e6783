/** The system's code of a fault (ENOENT, Z_BUF_ERROR ...): all that may be said of it, for its message names the file. */
export function faultCode(fault: unknown): string {
  return typeof fault === 'object' && fault !== null && 'code' in fault ? String(fault.code) : 'unknown fault';
}
