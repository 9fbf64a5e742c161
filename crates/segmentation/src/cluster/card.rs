//! The card of a model, for people.

use std::fmt::Write;

use super::model::ClusterModel;
use super::params::Method;

impl ClusterModel {
    /// Markdown: what the model was fitted to, what was tried, the segments and the features. No rows of customers are in it.
    #[must_use]
    pub fn card(&self, title: &str) -> String {
        let mut card = format!(
            "# {title}\n\n{}: {} segments of {} rows, seed {}. Silhouette {:.3}, inertia {:.3}, agreement of fits to halves of the rows {:.3}.\n\n\
             ## Segments\n\n| segment | name | 名称 | rows | share |",
            match self.method {
                Method::Kmeans => "k-means",
                Method::Gmm => "Gaussian mixture",
            },
            self.segments.len(),
            self.rows,
            self.seed,
            self.silhouette,
            self.inertia,
            self.stability,
        );
        let names = self.feature_names();
        // Writing to a text cannot fail.
        for name in &names {
            let _ = write!(card, " {name} |");
        }
        let _ = write!(card, "\n|---|---|---|---|---|{}", "---|".repeat(names.len()));
        for s in &self.segments {
            let _ = write!(
                card,
                "\n| {} | {} | {} | {} | {:.1} % |",
                s.segment,
                s.name.en,
                s.name.zh,
                s.size,
                s.share * 100.0
            );
            for mean in &s.means {
                let _ = write!(card, " {mean:.2} |");
            }
        }
        card.push_str("\n\nMeans in original units; of a category the share.\n\n## Counts that were tried\n\n| clusters | silhouette | BIC | stability | smallest share | inertia |\n|---|---|---|---|---|---|");
        for t in &self.tried {
            let _ = write!(
                card,
                "\n| {} | {:.3} | {:.0} | {:.3} | {:.3} | {:.3} |",
                t.clusters, t.silhouette, t.bic, t.stability, t.share_min, t.inertia
            );
        }
        card.push_str("\n\n## Columns\n\n| column | rows | missing | mean | deviation | 0, 1, 25, 50, 75, 99, 100 % |\n|---|---|---|---|---|---|");
        let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.4}"));
        for p in &self.profiles {
            let quantiles: Vec<String> = p.quantiles.iter().map(|q| format!("{q:.2}")).collect();
            let (mean, deviation) = (number(p.mean), number(p.deviation));
            let _ = write!(
                card,
                "\n| {} | {} | {} | {mean} | {deviation} | {} |",
                p.column,
                p.rows,
                p.missing,
                quantiles.join(", ")
            );
        }
        if !self.constant.is_empty() {
            let _ = write!(card, "\n\nLeft out, because constant: {}.", self.constant.join(", "));
        }
        card.push('\n');
        card
    }
}
