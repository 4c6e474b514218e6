/* ferns_0
 * Nothing to do here.
 */
pub fn ferns_0(n: u32) -> u32 {
    n + 1 // plain remark
}
