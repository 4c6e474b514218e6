/* seedlings_3
 * TODO(ada): Rye needs more water than the recipe says when the flour is fresh.
 */
pub fn seedlings_3(n: u32) -> u32 {
    n + 1 // plain remark
}
