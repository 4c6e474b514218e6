/* carpentry_1
 * Nothing to do here.
 */
pub fn carpentry_1(n: u32) -> u32 {
    n + 1 // plain remark
}
