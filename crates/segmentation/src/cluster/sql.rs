//! The scoring of a model as plain SQL, which any engine can run.

use super::model::ClusterModel;
use crate::feature::double;

impl ClusterModel {
    /// A SELECT of the id, `segment`, `segment_name`, `distance` and `membership` of each row of a table. Only `coalesce`, `case`, `least`, `greatest`, `ln`,
    /// `exp`, `abs` and `sqrt` on doubles.
    #[must_use]
    pub fn sql(&self, table: &str, id: &str) -> String {
        let id = format!("\"{}\"", id.replace('"', "\"\""));
        let features = self.features.iter().enumerate();
        let scaled: Vec<String> =
            features.map(|(f, feature)| format!("        {} as f{}", feature.sql(), f + 1)).collect();
        // The squared distance; of a mixture in variances of the segment.
        let squares = |place: usize| {
            let segment = &self.segments[place];
            let square = |(f, c): (usize, &f64)| match &segment.gaussian {
                Some(gaussian) => {
                    format!("(f{0} - {1}) * (f{0} - {1}) / {2}", f + 1, double(*c), double(gaussian.variances[f]))
                }
                None => format!("(f{0} - {1}) * (f{0} - {1})", f + 1, double(*c)),
            };
            segment.centroid.iter().enumerate().map(square).collect::<Vec<_>>().join(" + ")
        };
        let number = |place: usize| self.segments[place].segment;
        let penalty = |place: usize| self.segments[place].gaussian.as_ref().map_or(0.0, |gaussian| gaussian.penalty);
        let is_mixture = self.segments.iter().any(|segment| segment.gaussian.is_some());
        let places: Vec<usize> = (0..self.segments.len()).collect();
        let each = |text: &dyn Fn(usize) -> String, between: &str| {
            places.iter().map(|place| text(*place)).collect::<Vec<_>>().join(between)
        };
        let distances = each(&|p| format!("        {} as s{}", squares(p), number(p)), ",\n");
        let cost = |p: usize| match is_mixture {
            true => format!("s{} + {}", number(p), double(penalty(p))),
            false => format!("s{}", number(p)),
        };
        let least = match places.as_slice() {
            [one] => cost(*one),
            _ => format!("least({})", each(&cost, ", ")),
        };
        // The first in this order wins a tie.
        let chosen = |value: &dyn Fn(usize) -> String| {
            format!("case {} end", each(&|p| format!("when {} = least_cost then {}", cost(p), value(p)), " "))
        };
        let quoted = |p: usize| format!("'{}'", self.segments[p].name.en.replace('\'', "''"));
        let membership = match is_mixture {
            true => format!("1 / ({})", each(&|p| format!("exp((least_cost - ({})) / 2)", cost(p)), " + ")),
            false => {
                let shares = each(&|p| format!("least_cost / s{}", number(p)), " + ");
                format!("case when least_cost = 0 then 1 else 1 / ({shares}) end")
            }
        };
        format!(
            "with scaled as (\n    select\n        {id} as id,\n{}\n    from {table}\n),\nmeasured as (\n    select\n        id,\n{distances}\n    \
             from scaled\n),\njudged as (\n    select measured.*, {least} as least_cost from measured\n)\nselect\n    id as {id},\n    {} as segment,\n    \
             {} as segment_name,\n    sqrt({}) as distance,\n    {membership} as membership\nfrom judged\n",
            scaled.join(",\n"),
            chosen(&|p| number(p).to_string()),
            chosen(&quoted),
            chosen(&|p| format!("s{}", number(p))),
        )
    }
}
