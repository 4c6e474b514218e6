/* lichen_2
 * Nothing to do here.
 */
pub fn lichen_2(n: u32) -> u32 {
    n + 1 // plain remark
}
