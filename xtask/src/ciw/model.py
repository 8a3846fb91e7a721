"""The pools of `cargo xtask ciw` in ciw: one JSON object on standard input, one on standard output.

It knows nothing of Baton. It is read by people who doubt our simulator: keep it plain.
"""

import json
import statistics
import sys

import ciw


def exponential(mean_seconds):
    return [ciw.dists.Exponential(1 / mean_seconds)]


def run(pool, seed):
    classes = {name: c["per_hour"] for name, c in pool["classes"].items()}
    settings = {
        "number_of_servers": [pool["servers"]],
        "arrival_distributions": {name: exponential(3600 / per_hour) for name, per_hour in classes.items()},
        "service_distributions": {name: exponential(pool["handle_seconds"]) for name in classes},
        # Nobody is interrupted; lower numbers go first.
        "priority_classes": {name: c["rank"] for name, c in pool["classes"].items()},
    }
    if pool["patience_seconds"] is not None:
        settings["reneging_time_distributions"] = {name: exponential(pool["patience_seconds"]) for name in classes}
    ciw.seed(seed)
    simulation = ciw.Simulation(ciw.create_network(**settings))
    end = pool["hours"] * 3600
    simulation.simulate_until_max_time(end)
    records = [r for r in simulation.get_all_records() if r.arrival_date >= pool["warm_up_hours"] * 3600]
    left = sum(r.record_type == "renege" for r in records)
    measures = {"mean wait": statistics.fmean(r.waiting_time for r in records)}
    if pool["patience_seconds"] is not None:
        measures["gave up"] = left / len(records)
    if len(classes) > 1:
        for name in classes:
            waits = [r.waiting_time for r in records if r.customer_class == name]
            measures[f"mean wait, {name}"] = statistics.fmean(waits)
    return {"customers": len(records), "measures": measures}


def main():
    asked = json.load(sys.stdin)
    if ciw.__version__ != asked["ciw"]:
        sys.exit(f"ciw is {ciw.__version__}, wanted {asked['ciw']}")
    json.dump([[run(pool, seed) for seed in asked["seeds"]] for pool in asked["pools"]], sys.stdout)


main()
