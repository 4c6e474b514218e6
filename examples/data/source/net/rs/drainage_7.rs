/* drainage_7
 * Nothing to do here.
 */
pub fn drainage_7(n: u32) -> u32 {
    n + 1 // plain remark
}
