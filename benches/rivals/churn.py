"""Churn models beside scikit-learn, LightGBM and XGBoost: how well they tell, on three real data sets, and how long a million rows take.

    cargo build --release --workspace --locked
    TALLY_REAL_DATA=../shared/data python3 benches/rivals/churn.py --part quality --out /tmp/churn
    python3 benches/rivals/churn.py --part speed --rounds 3 [--rows 200000]

Quality: five seeded stratified folds, the same for all; every learner fits on four and scores the fifth. AUC, average precision (PR-AUC) and
Brier score are means over folds with their standard error, then pooled over the out-of-fold scores; calibration error (ECE) is pooled, ten
bins of equal mass; its difference to the best rival's has a standard error by drawing the rows again. What scikit-learn calibrates is the
mean of five models, one of each of its inner folds. Early stopping holds back a tenth of the training rows and waits 20 rounds, of 1,000 at
most; all else is as each library has it. With --out the rivals' scores are kept there, and --ours-only takes them from there again.

Speed: 24 numeric and 6 categorical columns drawn with a seed; 100 rounds, 31 leaves, learning rate 0.1, 255 bins, nothing held back, two
threads; ours with as many rows, columns and divisions as the rivals take. A job is a process of its own, from its start to the model (or the
scores) written, reading the same Parquet; each round runs all contenders, every other round in reverse. All score with the probability alone
(ours with flag and decile); then ours gives three reasons of each row, and LightGBM the Shapley values (pred_contrib) of a twentieth of the
rows, because all would take too long. Both parts print tables in Markdown, without --part both run; --rivals-only leaves ours out.
Needs numpy, scikit-learn, pandas, pyarrow, lightgbm and xgboost (requirements.txt).
"""

import argparse
import importlib.metadata
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

# What is large to import is imported where it is used: a child's peak memory counts from its parent's size, and its start is timed.
ROOT = Path(__file__).resolve().parents[2]
SEED, FOLDS, THREADS, HELD_OUT = 20, 5, 2, 200_000
METHODS = "boosting,logistic,forest,tree"
ROUNDS, LEAVES, RATE, BINS = 100, 31, 0.1, 255
EXPLAINED_EVERY = 20


# Quality.

def real_data(folder):
    """Name, features, label as delivered and its positive value, of each data set."""
    import pandas as pd
    churn = pd.read_csv(folder / "churn_modelling/Churn_Modelling.csv").drop(columns=["RowNumber", "CustomerId", "Surname"])
    yield "churn_modelling", churn.drop(columns="Exited"), churn["Exited"], 1
    german = pd.read_csv(folder / "german_credit/german.data", sep=r"\s+", header=None).rename(columns=lambda place: f"a{place + 1}")
    yield "german_credit", german.drop(columns="a21"), german["a21"], 2
    bank = pd.read_csv(folder / "bank_marketing_10pct/bank.csv", sep=";")
    yield "bank_marketing_10pct", bank.drop(columns=["y", "duration"]), bank["y"], "yes"


def rival_learners(features):
    """Name of each rival, and what makes scores of a test frame from a training frame and its labels."""
    import lightgbm
    import xgboost
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    words = list(features.select_dtypes("category"))
    numbers = [column for column in features if column not in words]
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    plain = {
        "LogisticRegression": make_pipeline(make_column_transformer((StandardScaler(), numbers), (one_hot, words)), LogisticRegression(max_iter=1000)),
        "RandomForest (300)": make_pipeline(make_column_transformer(("passthrough", numbers), (one_hot, words)),
                                            RandomForestClassifier(300, random_state=SEED, n_jobs=THREADS)),
        "HistGradientBoosting": HistGradientBoostingClassifier(random_state=SEED),
    }
    learners = {}
    for name, model in plain.items():
        learners[name] = model
        for method in ("sigmoid", "isotonic"):
            learners[f"{name}, {method}"] = CalibratedClassifierCV(model, method=method, cv=5)
    both = {"random_state": SEED, "n_jobs": THREADS}
    learners["LightGBM"] = lightgbm.LGBMClassifier(verbose=-1, **both)
    learners["XGBoost"] = xgboost.XGBClassifier(enable_categorical=True, **both)

    def whole(model):
        return lambda x, y, test: model.fit(x, y).predict_proba(test)[:, 1]

    def stopped(model, watch):
        def act(x, y, test):
            fitted, held, fitted_label, held_label = train_test_split(x, y, test_size=0.1, stratify=y, random_state=SEED)
            return model.fit(fitted, fitted_label, **watch(held, held_label)).predict_proba(test)[:, 1]
        return act

    light = lightgbm.LGBMClassifier(n_estimators=1000, early_stopping_round=20, verbose=-1, **both)
    extreme = xgboost.XGBClassifier(n_estimators=1000, early_stopping_rounds=20, eval_metric="logloss", enable_categorical=True, **both)
    return {name: whole(model) for name, model in learners.items()} | {
        "LightGBM, stopped early": stopped(light, lambda x, y: {"eval_X": x, "eval_y": y}),
        "XGBoost, stopped early": stopped(extreme, lambda x, y: {"eval_set": [(x, y)], "verbose": False}),
    }


def our_learners(options, positive):
    """The same for ours, through the command line."""
    import pandas as pd

    def scores(x, label, test, method, calibration):
        with tempfile.TemporaryDirectory() as folder:
            x.assign(left=label).reset_index(names="id").to_parquet(f"{folder}/train.parquet", index=False)
            test.reset_index(names="id").to_parquet(f"{folder}/test.parquet", index=False)
            chosen = [] if calibration == "default" else ["--calibration", calibration]
            ours(options.tally, "fit", f"{folder}/train.parquet", "--id", "id", "--label", "left", "--positive", str(positive), "--seed", str(SEED),
                 "--method", method, *chosen, *options.fit.split(), "--model", f"{folder}/model", "--output", "json")
            ours(options.tally, "score", f"{folder}/test.parquet", "--id", "id", "--model", f"{folder}/model", "--out", f"{folder}/out.parquet", "--no-reasons")
            found = pd.read_parquet(f"{folder}/out.parquet")
            return found.set_index(found["id"].astype("int64"))["churn_probability"].astype(float).loc[test.index].to_numpy()

    def learner(method, calibration):
        return lambda x, label, test: scores(x, label, test, method, calibration)
    return {f"tally {method}" + ("" if calibration == "default" else f", {calibration}"): learner(method, calibration)
            for method in options.methods.split(",") for calibration in options.calibrations.split(",")}


def ours(tally, *words):
    done = subprocess.run([str(tally), "churn", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"tally churn {' '.join(words)}: {done.stdout}{done.stderr}")


def calibration_error(y, p):
    """Ten bins of equal mass."""
    bins = np.array_split(np.argsort(p, kind="stable"), 10)
    return sum(abs(p[part].mean() - y[part].mean()) * len(part) for part in bins) / len(y)


def resampled(y, ours, theirs):
    """Standard deviation of the difference of two calibration errors over 400 drawings of the rows with replacement."""
    random = np.random.default_rng(SEED)
    draws = (random.integers(0, len(y), len(y)) for _ in range(400))
    return np.std([calibration_error(y[rows], ours[rows]) - calibration_error(y[rows], theirs[rows]) for rows in draws])


def quality(options, say):
    import pandas as pd
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
    from sklearn.model_selection import StratifiedKFold
    metrics = {"AUC": (roc_auc_score, max), "PR-AUC": (average_precision_score, max), "Brier": (brier_score_loss, min)}
    verdicts = []
    for name, features, label, positive in real_data(options.data):
        y = (label == positive).to_numpy().astype(int)
        text = features.select_dtypes(exclude="number").columns
        coded = features.astype({column: "category" for column in text})
        folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(coded, y))
        kept = options.out / f"rivals_{name}.parquet" if options.out else None
        scores = {}
        if options.ours_only:
            scores = {learner: column.to_numpy() for learner, column in pd.read_parquet(kept).items()}
        contenders = {} if options.ours_only else {learner: (act, coded, y) for learner, act in rival_learners(coded).items()}
        if not options.rivals_only:
            contenders |= {learner: (act, features, label.to_numpy()) for learner, act in our_learners(options, positive).items()}
        for learner, (act, x, target) in contenders.items():
            scores[learner] = np.zeros(len(y))
            for train, test in folds:
                scores[learner][test] = act(x.iloc[train], target[train], x.iloc[test])
            print(f"{name}: {learner}", file=sys.stderr, flush=True)
        if kept and not options.ours_only:
            pd.DataFrame({learner: p for learner, p in scores.items() if not learner.startswith("tally")}).to_parquet(kept)
        per_fold = {learner: {metric: np.array([how(y[test], p[test]) for _, test in folds]) for metric, (how, _) in metrics.items()}
                    for learner, p in scores.items()}
        # Of each column which value is best, and each learner's value.
        columns = {}
        for metric, (how, best) in metrics.items():
            columns[metric] = best, {learner: found[metric].mean() for learner, found in per_fold.items()}
            columns[f"{metric} pooled"] = best, {learner: how(y, p) for learner, p in scores.items()}
        columns["ECE pooled"] = min, {learner: calibration_error(y, p) for learner, p in scores.items()}
        say(f"\n{name}: {len(y):,} rows, {y.sum():,} positive, {features.shape[1]} columns\n")
        say(f"| learner | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 1)}")
        for learner in scores:
            cells = []
            for metric, (best, column) in columns.items():
                cell = f"{column[learner]:.4f}" + (f" ± {error(per_fold[learner][metric]):.4f}" if metric in metrics else "")
                cells.append(f"**{cell}**" if column[learner] == best(column.values()) else cell)
            say(f"| {learner} | {' | '.join(cells)} |")
        for learner in (learner for learner in scores if learner.startswith("tally")):
            for metric, (_, best) in metrics.items():
                means = {other: value for other, value in columns[metric][1].items() if not other.startswith("tally")}
                rival = best(means, key=means.get)
                behind = (per_fold[rival][metric] - per_fold[learner][metric]) * (1 if best is max else -1)
                verdicts.append(f"| {name} | {learner} | {metric} | {rival} | {behind.mean():+.4f} | {error(behind):.4f} | "
                                f"{'yes' if behind.mean() <= error(behind) else '**no**'} |")
            pooled = {other: value for other, value in columns["ECE pooled"][1].items() if not other.startswith("tally")}
            rival = min(pooled, key=pooled.get)
            behind, deviation = columns["ECE pooled"][1][learner] - pooled[rival], resampled(y, scores[learner], scores[rival])
            verdicts.append(f"| {name} | {learner} | ECE pooled | {rival} | {behind:+.4f} | {deviation:.4f} | "
                            f"{'yes' if behind <= deviation else '**no**'} |")
    if verdicts:
        say("\nOurs beside the best rival of each measure, paired by fold (behind: positive is worse)\n\n"
            "| data | ours | measure | best rival | behind | its standard error | within one |\n|---|---|---|---|---|---|---|")
        say("\n".join(verdicts))


def error(values):
    """Standard error of a mean over folds."""
    return values.std(ddof=1) / len(values) ** 0.5


# Speed.

def make(rows, folder):
    """Rows to fit, the same rows without label to score, and rows held out, whose labels stand in a file of their own."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    random = np.random.default_rng(SEED)
    total = rows + HELD_OUT
    z = random.normal(size=(24, total))
    # As it is, an amount, a count, a score with bounds.
    forms = (lambda v: v, lambda v: np.round(np.exp(7 + 1.5 * v), 2), lambda v: np.exp(1 + 0.8 * v).astype(np.int64), lambda v: 50 + 20 * np.tanh(v))
    columns = {"id": pa.array(np.arange(total))}
    logit = (0.9 * z[0] * z[1] + 1.2 * ((z[2] > 0.5) & (z[3] < 0)) + np.sin(2 * z[4]) + 0.6 * np.abs(z[5]) - 0.4 * np.minimum(z[6] ** 2, 6)
             + 0.8 * np.maximum(z[9] - z[10], 0) + np.tensordot([0.3, -0.2, 0.2, -0.1, 0.1], z[11:16], 1))
    for place in range(24):
        # Every third column has no value in 3 to 24 % of rows, and for one of them that tells.
        missing = random.random(total) < 0.01 * (place + 3) if place % 4 != 2 and place % 3 == 0 else np.zeros(total, bool)
        logit += 0.7 * missing * (place == 12)
        columns[f"n{place:02}"] = pa.array(forms[place % 4](z[place]), mask=missing)
    for place, levels in enumerate((5, 8, 12, 20, 30, 50)):
        share = 1 / np.arange(1, levels + 1)
        codes = random.choice(levels, total, p=share / share.sum())
        logit += random.normal(0, 0.5, levels)[codes] * (z[7] if place == 2 else 1)
        words = pa.array([f"level_{level:02}" for level in range(levels)])
        missing = random.random(total) < (0.03 if place == 4 else 0)
        columns[f"c{place}"] = words.take(pa.array(codes, mask=missing))
    low, high = -20.0, 20.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-logit - middle))).mean() < 0.1 else (low, middle)
    truth = 1 / (1 + np.exp(-logit - low))
    label = (random.random(total) < truth).astype(np.int64)
    table = pa.table(columns)
    for name, part in (("score", table[:rows]), ("train", table[:rows].append_column("label", pa.array(label[:rows]))), ("held", table[rows:])):
        pq.write_table(part, f"{folder}/{name}.parquet", row_group_size=131_072, compression="zstd")
    np.savez(f"{folder}/held.npz", label=label[rows:], truth=truth[rows:])


def child(task, rival, source, model, target):
    """One job of a rival: fits and writes the model, or reads it and writes scores. Says the seconds of its parts."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    began = time.monotonic()
    words = [column for column in pq.read_schema(source).names if column.startswith("c")]
    frame = pq.read_table(source, read_dictionary=words).unify_dictionaries().to_pandas()
    label, identity = (frame.pop(column) if column in frame else None for column in ("label", "id"))
    seconds = {"read": time.monotonic() - began}
    began = time.monotonic()
    if rival == "LightGBM":
        import lightgbm
        if task == "fit":
            settings = {"objective": "binary", "num_leaves": LEAVES, "learning_rate": RATE, "max_bin": BINS, "num_threads": THREADS, "verbose": -1}
            lightgbm.train(settings, lightgbm.Dataset(frame, label), ROUNDS).save_model(model)
        elif task == "explain":
            found = lightgbm.Booster(model_file=model).predict(frame[::EXPLAINED_EVERY], pred_contrib=True)
        else:
            found = lightgbm.Booster(model_file=model).predict(frame)
    elif rival == "XGBoost":
        import xgboost
        if task == "fit":
            settings = {"objective": "binary:logistic", "tree_method": "hist", "grow_policy": "lossguide", "max_leaves": LEAVES, "max_depth": 0,
                        "learning_rate": RATE, "max_bin": BINS, "nthread": THREADS, "seed": SEED}
            rows = xgboost.QuantileDMatrix(frame, label, enable_categorical=True, max_bin=BINS, nthread=THREADS)
            xgboost.train(settings, rows, ROUNDS).save_model(f"{model}.ubj")
        else:
            booster = xgboost.Booster({"nthread": THREADS}, model_file=f"{model}.ubj")
            found = booster.predict(xgboost.DMatrix(frame, enable_categorical=True, nthread=THREADS))
    else:
        import joblib
        from sklearn.ensemble import HistGradientBoostingClassifier
        if task == "fit":
            settings = {"max_iter": ROUNDS, "max_leaf_nodes": LEAVES, "learning_rate": RATE, "max_bins": BINS, "early_stopping": False}
            joblib.dump(HistGradientBoostingClassifier(random_state=SEED, **settings).fit(frame, label), model)
        else:
            found = joblib.load(model).predict_proba(frame)[:, 1]
    seconds["work"] = time.monotonic() - began
    if task == "score":
        pq.write_table(pa.table({"id": identity.to_numpy(), "churn_probability": found}), target)
    print(json.dumps(seconds))


def job(command):
    """Wall seconds and peak resident MiB of a process, and what it said."""
    environ = os.environ | {name: str(THREADS) for name in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS")}
    began = time.monotonic()
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True, env=environ) as process:
        said = process.stdout.read()
        _, process.returncode, usage = os.wait4(process.pid, 0)
    if process.returncode:
        raise SystemExit(f"{command}: {said}")
    return {"seconds": time.monotonic() - began, "peak": usage.ru_maxrss // 1024, "said": said}


def speed(options, say):
    contenders = [*([] if options.rivals_only else ["tally"]), "LightGBM", "XGBoost", "HistGradientBoosting"]
    base = contenders[0]
    with tempfile.TemporaryDirectory() as folder:
        job([sys.executable, __file__, "--child", "make", options.rows, folder])

        def run(task, who, source="score"):
            model, target = f"{folder}/{who}", f"{folder}/{who}_{source}.parquet"
            table = f"{folder}/{'train' if task == 'fit' else source}.parquet"
            if who != "tally":
                return job([sys.executable, __file__, "--child", task, who, table, model, target])
            if task != "fit":
                reasons = [] if task == "explain" else ["--no-reasons"]
                return job([options.tally, "churn", "score", table, "--id", "id", "--model", model, "--out", target, *reasons])
            shutil.rmtree(model, ignore_errors=True)
            return job([options.tally, "churn", "fit", table, "--id", "id", "--label", "label", "--positive", "1", "--seed", SEED, "--method", "boosting",
                        "--rounds", ROUNDS, "--learning-rate", RATE, "--leaves", LEAVES, "--depth", LEAVES, "--rows-share", 1, "--columns-share", 1, "--calibration", "none", "--holdout", "0",
                        "--model", model, "--output", "json"])

        found = {(task, who): [] for task in ("fit", "score") for who in contenders}
        for place in range(options.rounds):
            for task in ("fit", "score"):
                for who in contenders if place % 2 == 0 else reversed(contenders):
                    found[task, who].append(run(task, who))
                    print(f"round {place + 1}: {task} {who} {found[task, who][-1]['seconds']:.1f} s", file=sys.stderr, flush=True)
            for who in {"tally", "LightGBM"} & set(contenders):
                found.setdefault(("explain", who), []).append(run("explain", who))
                print(f"round {place + 1}: explain {who} {found['explain', who][-1]['seconds']:.1f} s", file=sys.stderr, flush=True)
        for who in contenders:
            run("score", who, "held")
        import pyarrow.parquet as pq
        from sklearn.metrics import log_loss, roc_auc_score
        held = np.load(f"{folder}/held.npz")
        say(f"\n{options.rows:,} x 30, {ROUNDS} rounds, {LEAVES} leaves, learning rate {RATE}, {BINS} bins, {THREADS} threads; {options.rounds} times each; "
            f"held out {HELD_OUT:,}, {held['label'].mean():.1%} positive, AUC of the true probability {roc_auc_score(held['label'], held['truth']):.4f}")
        for task in ("fit", "score"):
            fits = task == "fit"
            say(f"\n| {task} | s of the job (min..max) | times {base}'s of the same round (min..max) | read s | work s | peak MiB |"
                f"{' held-out AUC | log loss |' if fits else ''}\n|---|---|---|---|---|---|{'---|---|' if fits else ''}")
            for who in contenders:
                jobs = found[task, who]
                seconds = [one["seconds"] for one in jobs]
                ratios = [one["seconds"] / other["seconds"] for one, other in zip(jobs, found[task, base])]
                parts = [json.loads(one["said"]) for one in jobs] if who != "tally" else []
                inner = " | ".join(f"{statistics.median(part[name] for part in parts):.2f}" if parts else "" for name in ("read", "work"))
                line = f"| {who} | {spread(seconds)} | {spread(ratios)} | {inner} | {max(one['peak'] for one in jobs)} |"
                if fits:
                    table = pq.read_table(f"{folder}/{who}_held.parquet", columns=["id", "churn_probability"])
                    p = table["churn_probability"].cast("float64").to_numpy()[np.argsort(table["id"].cast("int64").to_numpy())]
                    line += f" {roc_auc_score(held['label'], p):.5f} | {log_loss(held['label'], p):.5f} |"
                say(line)
        for who in (who for task, who in found if task == "explain"):
            jobs = found["explain", who]
            rows = options.rows if who == "tally" else len(range(0, options.rows, EXPLAINED_EVERY))
            work = [json.loads(one["said"])["work"] if who != "tally" else one["seconds"] for one in jobs]
            say(f"\nreasons by {who}: {spread(work)} s for {rows:,} rows, {statistics.median(work) / rows * 1e6:.1f} us a row")


def spread(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f}..{max(values):.2f})"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tally", type=Path, default=ROOT / "target/release/tally")
    arguments.add_argument("--data", type=Path, default=os.environ.get("TALLY_REAL_DATA"))
    arguments.add_argument("--part", choices=("quality", "speed"))
    arguments.add_argument("--out", type=Path, help="keeps the tables, and the rivals' out-of-fold scores")
    arguments.add_argument("--calibrations", default="default", help="of ours in the quality part, e.g. default,none,platt,isotonic")
    arguments.add_argument("--fit", default="", help="more words of tally churn fit")
    arguments.add_argument("--methods", default=METHODS, help="of ours in the quality part")
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    which = arguments.add_mutually_exclusive_group()
    which.add_argument("--rivals-only", action="store_true")
    which.add_argument("--ours-only", action="store_true", help="quality: the rivals' scores as --out has them")
    arguments.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.child:
        return make(int(options.child[1]), options.child[2]) if options.child[0] == "make" else child(*options.child)
    if options.ours_only and (options.part == "speed" or not options.out):
        arguments.error("--ours-only is of --part quality, and takes the rivals' scores from --out")
    if options.part != "speed" and not options.data:
        arguments.error("the quality part needs --data or TALLY_REAL_DATA")
    options.tally = options.tally.resolve()
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    # Speed first: what the quality part imports would count as its children's memory.
    for part, act in (("speed", speed), ("quality", quality)):
        if options.part == part or (not options.part and not options.ours_only):
            lines = [", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("scikit-learn", "lightgbm", "xgboost"))]
            print(lines[0])

            def say(line):
                lines.append(line)
                print(line, flush=True)
            act(options, say)
            if options.out:
                (options.out / f"churn_{part}.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
