//! The card of a model, for people, and its rules.

use std::fmt::Write;

use super::learner::Learner;
use super::measures::Measures;
use super::model::ClassifierModel;

impl ClassifierModel {
    /// Markdown: what was learnt from, what was tried, how good it is, what it reads. No rows of customers are in it. Writing to a text cannot fail.
    #[must_use]
    pub fn card(&self, title: &str) -> String {
        let mut card = format!(
            "# {title}\n\nOutcome: `{}` is `{}`. Learnt by {} from {} rows, {} with the outcome ({:.2} %), seed {}.{}{}\n\nCalibration: {}. \
             Flagged from probability {:.6} on: {}.\n",
            self.label,
            self.positive,
            self.chosen.word(),
            self.rows,
            self.positives,
            share(self.positives, self.rows),
            self.seed,
            self.window.as_ref().map_or(String::new(), |(from, to)| format!(" Observed {from} to {to}.")),
            if self.unlabelled > 0 {
                format!(" {} rows without an outcome were not learnt from.", self.unlabelled)
            } else {
                String::new()
            },
            self.calibration.words(),
            self.cut_off,
            self.cut_off_words,
        );
        if let Some(held_back) = &self.held_back {
            let _ = write!(
                card,
                "\n## On rows held back ({})\n\nOf the same learner fitted without them; what is kept was then fitted to all rows.\n\n",
                self.held_back_words
            );
            measures(&mut card, held_back);
        }
        let _ = write!(card, "\n## On {}\n\n", if self.tried.is_empty() { "the rows of the fit" } else { "folds" });
        measures(&mut card, &self.folds);
        if !self.tried.is_empty() {
            card.push_str(
                "\n## Learners that were tried\n\n| learner | log loss | AUC | rounds |\n|---|---|---|---|\n",
            );
            for tried in &self.tried {
                let rounds = if tried.rounds > 0 { tried.rounds.to_string() } else { String::new() };
                let _ = writeln!(
                    card,
                    "| {} | {:.5} | {:.4} | {rounds} |",
                    tried.learner.word(),
                    tried.log_loss,
                    tried.auc
                );
            }
        }
        self.learnt(&mut card);
        card.push_str("\n## Columns\n\n| column | rows | missing | mean | deviation | 0, 1, 25, 50, 75, 99, 100 % |\n|---|---|---|---|---|---|\n");
        let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.4}"));
        for p in &self.profiles {
            let quantiles: Vec<String> = p.quantiles.iter().map(|q| format!("{q:.2}")).collect();
            let (mean, deviation, quantiles) = (number(p.mean), number(p.deviation), quantiles.join(", "));
            let _ =
                writeln!(card, "| {} | {} | {} | {mean} | {deviation} | {quantiles} |", p.column, p.rows, p.missing);
        }
        if !self.left_out.is_empty() {
            let said: Vec<String> =
                self.left_out.iter().map(|(column, reason)| format!("{column} ({reason})")).collect();
            let _ = write!(card, "\nLeft out: {}.\n", said.join(", "));
        }
        card
    }

    /// What the learner has learnt, as far as it can be read.
    fn learnt(&self, card: &mut String) {
        match &self.learner {
            Learner::Logistic { features, regression } => {
                card.push_str("\n## Coefficients\n\nIn log odds per standard deviation of the feature.\n\n| feature | coefficient |\n|---|---|\n");
                let mut rows: Vec<(String, f64)> = features
                    .iter()
                    .map(crate::feature::FittedFeature::name)
                    .zip(regression.coefficients.iter().copied())
                    .collect();
                rows.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
                for (name, coefficient) in rows {
                    let _ = writeln!(card, "| {name} | {coefficient:.4} |");
                }
            }
            Learner::Trees { ensemble, .. } => {
                if let Some(rules) = self.rules() {
                    let _ = write!(card, "\n## Rules\n\n{rules}");
                } else {
                    let _ = write!(
                        card,
                        "\n## Trees\n\n{} trees, scored by the program: their SQL would not be readable.\n\n| column | share of all gains |\n|---|---|\n",
                        ensemble.trees.len()
                    );
                    let mut rows: Vec<(String, f64)> =
                        self.learner.columns().into_iter().zip(self.importance.iter().copied()).collect();
                    rows.sort_by(|a, b| b.1.total_cmp(&a.1));
                    for (name, share) in rows {
                        let _ = writeln!(card, "| {name} | {:.1} % |", share * 100.0);
                    }
                }
            }
        }
    }

    /// A single tree as rules, the highest share first.
    #[must_use]
    pub fn rules(&self) -> Option<String> {
        let Learner::Trees { ensemble, .. } = &self.learner else { return None };
        let [tree] = ensemble.trees.as_slice() else { return None };
        let line = |rule: crate::tree::rules::Rule| {
            let condition =
                if rule.condition.is_empty() { "always".to_owned() } else { format!("if {}", rule.condition) };
            format!("- {condition}: {:.1} % of {:.0} rows\n", rule.value * 100.0, rule.cover)
        };
        Some(tree.rules(&ensemble.columns).into_iter().map(line).collect())
    }
}

#[allow(clippy::cast_precision_loss)]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64 * 100.0
}

fn measures(card: &mut String, m: &Measures) {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    let _ = writeln!(
        card,
        "{} rows, {} with the outcome. AUC {}, average precision {}, KS {}, Brier {:.4}, log loss {:.4}, calibration error {:.4}. The top tenth holds {:.1} of them \
         ({:.1} %), lift {:.2}. Flagged {}, of them {} with the outcome: precision {:.3}, recall {:.3}.",
        m.rows,
        m.positives,
        number(m.auc),
        number(m.pr_auc),
        number(m.ks),
        m.brier,
        m.log_loss,
        m.ece,
        m.top_decile.positives,
        m.top_decile.capture * 100.0,
        m.top_decile.lift,
        m.flag.flagged,
        m.flag.found,
        m.flag.precision,
        m.flag.recall
    );
    if let Some(profit) = &m.flag.profit {
        let _ = write!(
            card,
            "\nContacting the flagged earns {:.2}, the top tenth {:.2}, everybody {:.2}, nobody 0.\n",
            profit.flagged, profit.top_decile, profit.all
        );
    }
    if let Some(beside) = &m.baseline {
        let bound = match (beside.rule.at_most, beside.rule.at_least) {
            (Some(most), _) => format!("<= {most}"),
            (None, Some(least)) => format!(">= {least}"),
            (None, None) => String::new(),
        };
        let _ = write!(
            card,
            "\nThe rule {} {bound} flags {}, of them {} with the outcome: lift {:.2}; as many rows by probability have lift {:.2}. AUC of the rule's column {}.\n",
            beside.rule.column,
            beside.flagged,
            beside.found,
            beside.lift,
            beside.model_lift,
            number(beside.auc)
        );
    }
    card.push_str("\n| tenth | rows | expected | observed |\n|---|---|---|---|\n");
    for (place, class) in m.classes.iter().enumerate() {
        let _ = writeln!(card, "| {} | {} | {:.4} | {:.4} |", place + 1, class.rows, class.expected, class.observed());
    }
}
