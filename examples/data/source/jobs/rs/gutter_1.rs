/* gutter_1
 * XXX(ada, 2026-02-15): The old lens is softer, and that is why portraits came out well.
 */
pub fn gutter_1(n: u32) -> u32 {
    n + 1 // plain remark
}
