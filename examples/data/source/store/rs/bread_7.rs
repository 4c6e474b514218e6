/* bread_7
 * HACK: What the map calls a road is a river bed for half of the year.
 */
pub fn bread_7(n: u32) -> u32 {
    n + 1 // plain remark
}
