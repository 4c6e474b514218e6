/* gutter_0
 * Nothing to do here.
 */
pub fn gutter_0(n: u32) -> u32 {
    n + 1 // plain remark
}
