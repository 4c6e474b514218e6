/* sourdough_2
 * HACK(kofi, 2026-06-15): Ask Noor whether the old archive still opens.
 */
pub fn sourdough_2(n: u32) -> u32 {
    n + 1 // plain remark
}
