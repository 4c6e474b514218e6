/* lenses_4
 * HACK(ada): The pump runs at night, when power is cheap, and that is audible.
 */
pub fn lenses_4(n: u32) -> u32 {
    n + 1 // plain remark
}
