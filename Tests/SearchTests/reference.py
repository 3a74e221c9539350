"""Writes the cases that ParetoReferenceTests checks against: pip install pymoo; python3 reference.py

Ranks, crowding distances and hypervolumes are pymoo's, of points on a coarse grid, so that ties and duplicates are
frequent. pymoo divides crowding by the number of objectives; Deb et al. 2002 do not.
"""
import numpy as np
from pymoo.indicators.hv import HV
from pymoo.operators.survival.rank_and_crowding.metrics import calc_crowding_distance
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

random = np.random.default_rng(5)
for objectives in (2, 3, 4):
    # Around a plane on which none dominates another.
    points = np.round(16 * random.dirichlet(np.ones(objectives), 14) + random.choice([0, 1, 3], (14, 1))) / 32
    points[5] = points[2]
    points[11] = points[2]
    fronts = NonDominatedSorting().do(points)
    ranks = np.zeros(len(points), int)
    for rank, front in enumerate(fronts):
        ranks[front] = rank
    # Without the duplicates, which pymoo leaves out of crowding.
    front = np.unique(points[fronts[0]], axis=0)
    crowding = calc_crowding_distance(front, filter_out_duplicates=False) * objectives
    print("points", points.tolist())
    print("ranks", ranks.tolist())
    print("front", front.tolist())
    print("crowding", crowding.tolist())
    print("hypervolume", HV(ref_point=np.ones(objectives))(points))
