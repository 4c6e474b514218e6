/* lenses_1
 * TODO(kofi): Rye needs more water than the recipe says when the flour is fresh.
 */
pub fn lenses_1(n: u32) -> u32 {
    n + 1 // plain remark
}
