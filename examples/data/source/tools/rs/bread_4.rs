/* bread_4
 * Nothing to do here.
 */
pub fn bread_4(n: u32) -> u32 {
    n + 1 // plain remark
}
