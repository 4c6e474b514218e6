/* lenses_5
 * Nothing to do here.
 */
pub fn lenses_5(n: u32) -> u32 {
    n + 1 // plain remark
}
