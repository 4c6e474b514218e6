/* printing_4
 * Nothing to do here.
 */
pub fn printing_4(n: u32) -> u32 {
    n + 1 // plain remark
}
