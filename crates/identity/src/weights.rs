//! Match weights after Fellegi and Sunter (1969): what each outcome of each comparison says for or against.

use crate::comparison::NOT_COMPARED;

/// Probabilities of the outcomes of one comparison; the last is disagreement.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LevelProbabilities {
    /// Column.
    pub column: String,
    /// Among records of one customer.
    pub m: Vec<f64>,
    /// Among records of different customers.
    pub u: Vec<f64>,
}

/// Everything that scoring needs to know; frozen once learned.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Weights {
    /// Probability that two records taken at random are one customer.
    pub prior: f64,
    /// In the order of the comparisons.
    pub comparisons: Vec<LevelProbabilities>,
}

impl LevelProbabilities {
    /// log2(m/u) of each outcome, in bits; 0 for a comparison that could not be made.
    #[must_use]
    pub fn bits(&self) -> Vec<f64> {
        let of_levels = self.m.iter().zip(&self.u).map(|(m, u)| (m / u).log2());
        std::iter::once(0.0).chain(of_levels).collect()
    }
}

impl Weights {
    /// log2 of the odds before anything is compared.
    #[must_use]
    pub fn prior_bits(&self) -> f64 {
        odds_bits(self.prior)
    }

    /// Bits that a pair's outcomes sum to, without the prior and without term frequencies.
    #[must_use]
    pub fn bits(&self, outcomes: &[usize]) -> f64 {
        let bits = |(c, outcome): (&LevelProbabilities, &usize)| match *outcome {
            NOT_COMPARED => 0.0,
            level => (c.m[level - 1] / c.u[level - 1]).log2(),
        };
        self.comparisons.iter().zip(outcomes).map(bits).sum()
    }
}

/// Probability → log2 of its odds.
#[must_use]
pub fn odds_bits(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

/// log2 of odds → probability.
#[must_use]
pub fn probability(bits: f64) -> f64 {
    1.0 / (1.0 + (-bits).exp2())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain() -> Weights {
        let field = |column: &str, m: f64, u: f64| LevelProbabilities {
            column: column.to_owned(),
            m: vec![m, 1.0 - m],
            u: vec![u, 1.0 - u],
        };
        let comparisons =
            vec![field("name", 0.95, 0.001), field("birth", 0.99, 1.0 / 20_000.0), field("mobile", 0.80, 1e-6)];
        Weights { prior: 0.5, comparisons }
    }

    #[test]
    fn default_weights_of_the_domain() {
        // Acceptance D2.
        let weights = domain();
        for (comparison, agrees, differs) in [(0, 9.8918, -4.3205), (1, 14.2732, -6.6438), (2, 19.6096, -2.3219)] {
            let bits = weights.comparisons[comparison].bits();
            assert!(bits[0].abs() < 1e-12);
            assert!((bits[1] - agrees).abs() < 5e-5 && (bits[2] - differs).abs() < 5e-5, "{bits:?}");
        }
        for (outcomes, expected) in [([1, 1, 0], 24.1650), ([1, 1, 1], 43.7746), ([1, 1, 2], 21.8431)] {
            assert!((weights.bits(&outcomes) - expected).abs() < 5e-5, "{outcomes:?}");
        }
    }

    #[test]
    fn odds_and_probabilities() {
        assert!((odds_bits(0.95) - 4.247_927).abs() < 1e-6);
        assert!((probability(odds_bits(0.95)) - 0.95).abs() < 1e-12);
        assert!(probability(2_000.0) > 1.0 - 1e-12 && probability(-2_000.0) < 1e-12);
    }
}
