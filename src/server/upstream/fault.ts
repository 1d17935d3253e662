/** Why there is no answer. `sent` is "no" only if no byte of the request can have arrived. */
export interface Fault {
  ok: false
  sent: 'no' | 'unknown'
  cause: 'forbidden' | 'unreachable' | 'late' | 'broken' | 'too-large' | 'gone'
}
