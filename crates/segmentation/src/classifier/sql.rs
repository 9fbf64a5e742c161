//! The scoring of a model as plain SQL, which any engine can run.

use super::learner::Learner;
use super::model::ClassifierModel;
use crate::feature::double;

impl ClassifierModel {
    /// A SELECT of the id, `probability` and `is_flagged` of each row of a table; none of an ensemble of many trees, whose SQL nobody could read.
    #[must_use]
    pub fn sql(&self, table: &str, id: &str) -> Option<String> {
        let id = format!("\"{}\"", id.replace('"', "\"\""));
        let score = match &self.learner {
            Learner::Logistic { features, regression } => {
                let term = |(place, feature): (usize, &crate::feature::FittedFeature)| {
                    let (coefficient, deviation) = (regression.coefficients[place], regression.deviations[place]);
                    let weight = if deviation > 0.0 { coefficient / deviation } else { 0.0 };
                    format!(
                        "            + {} * ({} - {})",
                        double(weight),
                        feature.sql(),
                        double(regression.means[place])
                    )
                };
                let terms: Vec<String> = features.iter().enumerate().map(term).collect();
                format!("{}\n{}", double(regression.intercept), terms.join("\n"))
            }
            Learner::Trees { ensemble, .. } => match ensemble.trees.as_slice() {
                [tree] => format!("{} + {}", double(ensemble.base), tree.sql(&ensemble.columns)),
                _ => return None,
            },
        };
        let probability = self.calibration.sql("score");
        Some(format!(
            "with scored as (\n    select\n        {id} as id,\n        {score} as score\n    from {table}\n),\njudged as (\n    select id, score, {probability} as probability \
             from scored\n)\nselect id as {id}, probability, probability >= {} as is_flagged\nfrom judged\n",
            double(self.cut_off)
        ))
    }
}
