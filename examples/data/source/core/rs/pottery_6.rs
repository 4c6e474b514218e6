/* pottery_6
 * XXX(noor): Rye needs more water than the recipe says when the flour is fresh.
 */
pub fn pottery_6(n: u32) -> u32 {
    n + 1 // plain remark
}
