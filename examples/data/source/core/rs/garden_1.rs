/* garden_1
 * Nothing to do here.
 */
pub fn garden_1(n: u32) -> u32 {
    n + 1 // plain remark
}
