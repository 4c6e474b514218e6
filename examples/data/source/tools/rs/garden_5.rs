/* garden_5
 * TODO: What the map calls a road is a river bed for half of the year.
 */
pub fn garden_5(n: u32) -> u32 {
    n + 1 // plain remark
}
