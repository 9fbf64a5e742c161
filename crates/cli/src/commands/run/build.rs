//! One business date after the other: deliver, compute, save, publish.

use bank::BusinessDate;
use chrono::{SecondsFormat, Utc};
use publish::audit::AuditRecord;
use publish::manifest::Freshness;
use publish::{Manifest, Masking, PublishRequest, audit, folder};
use warehouse::night::Stamp;
use warehouse::release::InputFile;
use warehouse::{Journal, Night, Node, OpenNight, Reader, Release, Releases};

use crate::access::who;
use crate::failure::CliFailure;
use crate::landing::Landing;
use crate::printer::text_rows;
use crate::progress::Progress;
use crate::project::Project;
use crate::run_log::RunLog;

/// A run over one or more business dates.
pub struct Build<'a> {
    pub project: &'a Project,
    pub landing: &'a Landing<'a>,
    pub releases: &'a Releases,
    /// What readers see.
    pub current: Option<Release>,
    /// Release that the next business date builds on.
    pub base: Option<Release>,
}

/// What became of one business date.
pub struct Built {
    pub release: Release,
    /// When it was published.
    pub manifest: Option<Manifest>,
}

/// Names this run and says what it is made with.
pub fn stamp(project: &Project) -> Stamp {
    let now = Utc::now();
    Stamp {
        run_id: format!("{}-{}", now.format("%Y%m%dT%H%M%S%3fZ"), std::process::id()),
        created_at: now.to_rfc3339_opts(SecondsFormat::Millis, true),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        settings_sha256: project.settings_sha256.clone(),
    }
}

impl Build<'_> {
    /// One business date. Published only when it does not lie before what readers see: a rebuild shows itself when it has
    /// caught up.
    pub async fn date(&mut self, date: BusinessDate, progress: &Progress) -> Result<Built, CliFailure> {
        let stamp = stamp(self.project);
        let log = RunLog::begin(&self.project.warehouse(), &stamp.run_id, date)?;
        progress.log_to(log.clone());
        let built = self.deliver_and_compute(date, &stamp, progress).await;
        self.logged(built, &log, progress)
    }

    /// The current business date again, with only these nodes computed anew.
    pub async fn nodes(&mut self, selected: &[String], progress: &Progress) -> Result<Built, CliFailure> {
        let current = self.current.clone().ok_or_else(|| CliFailure::missing("nothing was released yet"))?;
        let stamp = stamp(self.project);
        let date = current.biz_date.parse().map_err(|e: bank::BusinessDateError| CliFailure::machine(e.to_string()))?;
        let log = RunLog::begin(&self.project.warehouse(), &stamp.run_id, date)?;
        progress.log_to(log.clone());
        self.base = current.previous.map(|number| self.releases.get(number)).transpose()?;
        let built = self.compute_again(&current, date, selected, &stamp, progress).await;
        self.logged(built, &log, progress)
    }

    fn logged(
        &mut self,
        built: Result<Built, CliFailure>,
        log: &RunLog,
        progress: &Progress,
    ) -> Result<Built, CliFailure> {
        log.end(built.as_ref().map(|b| (&b.release, b.manifest.is_some())), progress.end())?;
        let built = built?;
        if built.manifest.is_some() {
            self.current = Some(built.release.clone());
        }
        self.base = Some(built.release.clone());
        Ok(built)
    }

    async fn deliver_and_compute(
        &self,
        date: BusinessDate,
        stamp: &Stamp,
        progress: &Progress,
    ) -> Result<Built, CliFailure> {
        let tables = self.landing.complete(date, self.base.as_ref())?;
        let warehouse = self.project.warehouse();
        let night = self.night(date, stamp, &warehouse)?;
        let mut journal = night.journal()?;
        let mut open = night.open(tables, progress)?;
        let inputs = self.delivered(date, &mut open, &mut journal).await?;
        let fingerprint = self.landing.fingerprint(&inputs);
        let (release, reader) = open.compute(inputs, &fingerprint, &mut journal).await?;
        let built = self.release(release, &reader, progress).await?;
        Journal::remove(&warehouse)?;
        Ok(built)
    }

    async fn compute_again(
        &self,
        current: &Release,
        date: BusinessDate,
        selected: &[String],
        stamp: &Stamp,
        progress: &Progress,
    ) -> Result<Built, CliFailure> {
        let warehouse = self.project.warehouse();
        let night = self.night(date, stamp, &warehouse)?;
        let mut open = night.open(0, progress)?;
        open.take_over_release(current, |node| !selected.iter().any(|s| s == node)).await?;
        let inputs = current.inputs.clone();
        let fingerprint = self.landing.fingerprint(&inputs);
        let (mut release, reader) = open.compute(inputs, &fingerprint, &mut Journal::none()).await?;
        // What was not computed anew was computed by the text it had.
        for (name, text) in current.nodes.iter().filter(|(name, _)| !selected.contains(name)) {
            let is_kept = self.project.catalog.nodes.get(name).is_some_and(Node::is_kept);
            if is_kept && current.tables.contains_key(name) {
                release.nodes.insert(name.clone(), text.clone());
                release.taken_over.push(name.clone());
            }
        }
        self.release(release, &reader, progress).await
    }

    fn night<'n>(
        &'n self,
        date: BusinessDate,
        stamp: &'n Stamp,
        warehouse: &'n std::path::Path,
    ) -> Result<Night<'n>, CliFailure> {
        Ok(Night {
            engine: &self.project.engine,
            warehouse,
            catalog: &self.project.catalog,
            kinds: &self.project.kinds,
            date,
            base: self.base.as_ref(),
            number: self.releases.newest()? + 1,
            stamp,
        })
    }

    /// Load only; the next run goes on from there.
    pub async fn only_deliver(&self, date: BusinessDate, progress: &Progress) -> Result<Vec<InputFile>, CliFailure> {
        let tables = self.landing.complete(date, self.base.as_ref())?;
        let warehouse = self.project.warehouse();
        let stamp = stamp(self.project);
        let night = self.night(date, &stamp, &warehouse)?;
        let mut journal = night.journal()?;
        let mut open = night.open(tables, progress)?;
        self.delivered(date, &mut open, &mut journal).await
    }

    /// The delivery of a business date, loaded, or taken over from the run that was stopped after loading it.
    async fn delivered(
        &self,
        date: BusinessDate,
        open: &mut OpenNight<'_>,
        journal: &mut Journal,
    ) -> Result<Vec<InputFile>, CliFailure> {
        if let Some(done) = journal.delivery.take() {
            let is_same = self.landing.is_unchanged(date, self.base.as_ref(), &done)?;
            if is_same && open.take_over_delivery(&done).await? {
                return Ok(done.inputs);
            }
        }
        let inputs = self.landing.deliver(date, self.base.as_ref(), open).await?;
        open.delivered(&inputs, &self.landing.fingerprint(&inputs), journal)?;
        Ok(inputs)
    }

    /// Save a release, and publish it when it has caught up.
    async fn release(&self, mut release: Release, reader: &Reader, progress: &Progress) -> Result<Built, CliFailure> {
        release.months = release.month_versions(&self.project.catalog, self.current.as_ref());
        self.releases.save(&release)?;
        let catches_up = self.current.as_ref().is_none_or(|c| release.biz_date >= c.biz_date);
        let manifest = match catches_up {
            true => {
                progress.publishing();
                Some(self.publish(&release, reader).await?)
            }
            false => None,
        };
        Ok(Built { release, manifest })
    }

    async fn publish(&self, release: &Release, reader: &Reader) -> Result<Manifest, CliFailure> {
        let project = self.project;
        let warehouse = project.warehouse();
        let published = project.published();
        let manifest = prepare(project, release, reader, &published).await?;
        audit::append(&warehouse, publish_record(&manifest))?;
        self.releases.make_current(release.number)?;
        folder::switch(&published, release.number)?;
        Ok(manifest)
    }
}

/// Write a release's files below `published`; readers do not look there yet.
pub async fn prepare(
    project: &Project,
    release: &Release,
    reader: &Reader,
    published: &std::path::Path,
) -> Result<Manifest, CliFailure> {
    let masking = match project.is_masked() {
        true => Masking::masked(reader, &project.pseudonym_key()?).await?,
        false => Masking::Full,
    };
    let freshness = freshness(reader).await?;
    let catalog = &project.catalog;
    Ok(publish::publish(PublishRequest { reader, catalog, release, masking: &masking, published, freshness }).await?)
}

async fn freshness(reader: &Reader) -> Result<Vec<Freshness>, CliFailure> {
    let sql = "select system, feed, cast(max(biz_date) as varchar) from meta_file group by system, feed order by system, feed";
    let rows = text_rows(&reader.query(sql).await?.batches)?;
    let one = |mut row: Vec<String>| {
        let biz_date = row.pop()?;
        let feed = row.pop()?;
        Some(Freshness { system: row.pop()?, feed, biz_date })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

fn publish_record(manifest: &Manifest) -> AuditRecord {
    AuditRecord {
        at: manifest.created_at.clone(),
        who: who(),
        action: "publish".to_owned(),
        purpose: "nightly release".to_owned(),
        release: manifest.release,
        privacy: manifest.privacy.clone(),
        subject: manifest.tables.iter().map(|t| t.table.as_str()).collect::<Vec<_>>().join(","),
        rows: manifest.tables.iter().map(|t| t.rows).sum(),
        previous_sha256: String::new(),
    }
}
