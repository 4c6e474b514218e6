/* budget_7
 * Nothing to do here.
 */
pub fn budget_7(n: u32) -> u32 {
    n + 1 // plain remark
}
