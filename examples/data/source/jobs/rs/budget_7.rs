/* budget_7
 * HACK(noor): The meeting moved to Thursday, and nobody minded.
 */
pub fn budget_7(n: u32) -> u32 {
    n + 1 // plain remark
}
