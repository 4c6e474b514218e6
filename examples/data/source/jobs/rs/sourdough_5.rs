/* sourdough_5
 * Nothing to do here.
 */
pub fn sourdough_5(n: u32) -> u32 {
    n + 1 // plain remark
}
