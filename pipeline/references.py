"""The works that the report may cite, by key; only those that a study used are printed."""

from collections.abc import Iterable

from pipeline.records.base import CITATION, Reference


def _work(
    key: str, authors: str, year: int, title: str, source: str, doi: str | None = None
) -> Reference:
    """One reference."""
    return Reference(key=key, authors=authors, year=year, title=title, source=source, doi=doi)


WORKS: dict[str, Reference] = {
    work.key: work
    for work in (
        _work(
            "ambroise2002",
            "Ambroise C, McLachlan GJ",
            2002,
            "Selection bias in gene extraction on the basis of microarray gene-expression data",
            "Proceedings of the National Academy of Sciences 99, 6562–6566",
            "10.1073/pnas.102102699",
        ),
        _work(
            "baggerly2009",
            "Baggerly KA, Coombes KR",
            2009,
            "Deriving chemosensitivity from cell lines: forensic bioinformatics and "
            "reproducible research in high-throughput biology",
            "Annals of Applied Statistics 3, 1309–1334",
            "10.1214/09-AOAS291",
        ),
        _work(
            "bates2024",
            "Bates S, Hastie T, Tibshirani R",
            2024,
            "Cross-validation: what does it estimate and how well does it do it?",
            "Journal of the American Statistical Association 119, 1434–1445",
            "10.1080/01621459.2023.2197686",
        ),
        _work(
            "benjamini1995",
            "Benjamini Y, Hochberg Y",
            1995,
            "Controlling the false discovery rate: a practical and powerful approach to multiple "
            "testing",
            "Journal of the Royal Statistical Society B 57, 289–300",
            "10.1111/j.2517-6161.1995.tb02031.x",
        ),
        _work(
            "bouckaert2004",
            "Bouckaert RR, Frank E",
            2004,
            "Evaluating the replicability of significance tests for comparing learning algorithms",
            "Advances in Knowledge Discovery and Data Mining, Lecture Notes in Computer Science "
            "3056, 3–12",
            "10.1007/978-3-540-24775-3_3",
        ),
        _work(
            "breiman2001",
            "Breiman L",
            2001,
            "Random forests",
            "Machine Learning 45, 5–32",
            "10.1023/A:1010933404324",
        ),
        _work(
            "brier1950",
            "Brier GW",
            1950,
            "Verification of forecasts expressed in terms of probability",
            "Monthly Weather Review 78, 1–3",
        ),
        _work(
            "brown2017",
            "Brown NJL, Heathers JAJ",
            2017,
            "The GRIM test: a simple technique detects numerous anomalies in the reporting of "
            "results in psychology",
            "Social Psychological and Personality Science 8, 363–369",
            "10.1177/1948550616673876",
        ),
        _work(
            "brunet2004",
            "Brunet JP, Tamayo P, Golub TR, Mesirov JP",
            2004,
            "Metagenes and molecular pattern discovery using matrix factorization",
            "Proceedings of the National Academy of Sciences 101, 4164–4169",
            "10.1073/pnas.0308531101",
        ),
        _work(
            "chari2023",
            "Chari T, Pachter L",
            2023,
            "The specious art of single-cell genomics",
            "PLoS Computational Biology 19, e1011288",
            "10.1371/journal.pcbi.1011288",
        ),
        _work(
            "clopper1934",
            "Clopper CJ, Pearson ES",
            1934,
            "The use of confidence or fiducial limits illustrated in the case of the binomial",
            "Biometrika 26, 404–413",
            "10.1093/biomet/26.4.404",
        ),
        _work(
            "collins2024",
            "Collins GS, Moons KGM, Dhiman P, et al.",
            2024,
            "TRIPOD+AI statement: updated guidance for reporting clinical prediction models that "
            "use regression or machine learning methods",
            "BMJ 385, e078378",
            "10.1136/bmj-2023-078378",
        ),
        _work(
            "cramer1946",
            "Cramér H",
            1946,
            "Mathematical methods of statistics",
            "Princeton University Press, Princeton",
        ),
        _work(
            "delong1988",
            "DeLong ER, DeLong DM, Clarke-Pearson DL",
            1988,
            "Comparing the areas under two or more correlated receiver operating characteristic "
            "curves: a nonparametric approach",
            "Biometrics 44, 837–845",
            "10.2307/2531595",
        ),
        _work(
            "dobbin2011",
            "Dobbin KK, Simon RM",
            2011,
            "Optimally splitting cases for training and testing high dimensional classifiers",
            "BMC Medical Genomics 4, 31",
            "10.1186/1755-8794-4-31",
        ),
        _work(
            "dudoit2002",
            "Dudoit S, Fridlyand J, Speed TP",
            2002,
            "Comparison of discrimination methods for the classification of tumors using gene "
            "expression data",
            "Journal of the American Statistical Association 97, 77–87",
            "10.1198/016214502753479248",
        ),
        _work(
            "dupuy2007",
            "Dupuy A, Simon RM",
            2007,
            "Critical review of published microarray studies for cancer outcome and guidelines on "
            "statistical analysis and reporting",
            "Journal of the National Cancer Institute 99, 147–157",
            "10.1093/jnci/djk018",
        ),
        _work(
            "fisher1922",
            "Fisher RA",
            1922,
            "On the interpretation of χ² from contingency tables, and the calculation of P",
            "Journal of the Royal Statistical Society 85, 87–94",
            "10.2307/2340521",
        ),
        _work(
            "fleiss1981",
            "Fleiss JL",
            1981,
            "Statistical methods for rates and proportions",
            "Wiley, New York",
        ),
        _work(
            "friedman2010",
            "Friedman J, Hastie T, Tibshirani R",
            2010,
            "Regularization paths for generalized linear models via coordinate descent",
            "Journal of Statistical Software 33(1), 1–22",
            "10.18637/jss.v033.i01",
        ),
        _work(
            "eindor2005",
            "Ein-Dor L, Kela I, Getz G, Givol D, Domany E",
            2005,
            "Outcome signature genes in breast cancer: is there a unique set?",
            "Bioinformatics 21, 171–178",
            "10.1093/bioinformatics/bth469",
        ),
        _work(
            "furey2000",
            "Furey TS, Cristianini N, Duffy N, Bednarski DW, Schummer M, Haussler D",
            2000,
            "Support vector machine classification and validation of cancer tissue samples using "
            "microarray expression data",
            "Bioinformatics 16, 906–914",
            "10.1093/bioinformatics/16.10.906",
        ),
        _work(
            "golub1999",
            "Golub TR, Slonim DK, Tamayo P, et al.",
            1999,
            "Molecular classification of cancer: class discovery and class prediction by gene "
            "expression monitoring",
            "Science 286, 531–537",
            "10.1126/science.286.5439.531",
        ),
        _work(
            "good1952",
            "Good IJ",
            1952,
            "Rational decisions",
            "Journal of the Royal Statistical Society B 14, 107–114",
            "10.1111/j.2517-6161.1952.tb00104.x",
        ),
        _work(
            "guyon2002",
            "Guyon I, Weston J, Barnhill S, Vapnik V",
            2002,
            "Gene selection for cancer classification using support vector machines",
            "Machine Learning 46, 389–422",
            "10.1023/A:1012487302797",
        ),
        _work(
            "holm1979",
            "Holm S",
            1979,
            "A simple sequentially rejective multiple test procedure",
            "Scandinavian Journal of Statistics 6, 65–70",
        ),
        _work(
            "kapoor2023",
            "Kapoor S, Narayanan A",
            2023,
            "Leakage and the reproducibility crisis in machine-learning-based science",
            "Patterns 4, 100804",
            "10.1016/j.patter.2023.100804",
        ),
        _work(
            "kapoor2024",
            "Kapoor S, Cantrell EM, Peng K, et al.",
            2024,
            "REFORMS: Consensus-based recommendations for machine-learning-based science",
            "Science Advances 10, eadk3452",
            "10.1126/sciadv.adk3452",
        ),
        _work(
            "korn1998",
            "Korn EL, Graubard BI",
            1998,
            "Confidence intervals for proportions with small expected number of positive counts "
            "estimated from survey data",
            "Survey Methodology 24, 193–201",
        ),
        _work(
            "kruskal1952",
            "Kruskal WH, Wallis WA",
            1952,
            "Use of ranks in one-criterion variance analysis",
            "Journal of the American Statistical Association 47, 583–621",
            "10.1080/01621459.1952.10483441",
        ),
        _work(
            "lause2024",
            "Lause J, Berens P, Kobak D",
            2024,
            "The art of seeing the elephant in the room: 2D embeddings of single-cell data do make "
            "sense",
            "PLOS Computational Biology 20, e1012403",
            "10.1371/journal.pcbi.1012403",
        ),
        _work(
            "leek2010",
            "Leek JT, Scharpf RB, Corrada Bravo H, et al.",
            2010,
            "Tackling the widespread and critical impact of batch effects in high-throughput data",
            "Nature Reviews Genetics 11, 733–739",
            "10.1038/nrg2825",
        ),
        _work(
            "mcinnes2018",
            "McInnes L, Healy J, Saul N, Großberger L",
            2018,
            "UMAP: uniform manifold approximation and projection",
            "Journal of Open Source Software 3, 861",
            "10.21105/joss.00861",
        ),
        _work(
            "mcnemar1947",
            "McNemar Q",
            1947,
            "Note on the sampling error of the difference between correlated proportions or "
            "percentages",
            "Psychometrika 12, 153–157",
            "10.1007/BF02295996",
        ),
        _work(
            "molinaro2005",
            "Molinaro AM, Simon R, Pfeiffer RM",
            2005,
            "Prediction error estimation: a comparison of resampling methods",
            "Bioinformatics 21, 3301–3307",
            "10.1093/bioinformatics/bti499",
        ),
        _work(
            "nadeau2003",
            "Nadeau C, Bengio Y",
            2003,
            "Inference for the generalization error",
            "Machine Learning 52, 239–281",
            "10.1023/A:1024068626366",
        ),
        _work(
            "newcombe1998",
            "Newcombe RG",
            1998,
            "Interval estimation for the difference between independent proportions: comparison of "
            "eleven methods",
            "Statistics in Medicine 17, 873–890",
        ),
        _work(
            "newcombe2006",
            "Newcombe RG",
            2006,
            "Confidence intervals for an effect size measure based on the Mann–Whitney statistic. "
            "Part 2: asymptotic methods and evaluation",
            "Statistics in Medicine 25, 559–573",
            "10.1002/sim.2324",
        ),
        _work(
            "nguyen2002",
            "Nguyen DV, Rocke DM",
            2002,
            "Tumor classification by partial least squares using microarray gene expression data",
            "Bioinformatics 18, 39–50",
            "10.1093/bioinformatics/18.1.39",
        ),
        _work(
            "ojala2010",
            "Ojala M, Garriga GC",
            2010,
            "Permutation tests for studying classifier performance",
            "Journal of Machine Learning Research 11, 1833–1863",
        ),
        _work(
            "nogueira2018",
            "Nogueira S, Sechidis K, Brown G",
            2018,
            "On the stability of feature selection algorithms",
            "Journal of Machine Learning Research 18(174), 1–54",
        ),
        _work(
            "pedregosa2011",
            "Pedregosa F, Varoquaux G, Gramfort A, et al.",
            2011,
            "Scikit-learn: machine learning in Python",
            "Journal of Machine Learning Research 12, 2825–2830",
        ),
        _work(
            "phipson2010",
            "Phipson B, Smyth GK",
            2010,
            "Permutation p-values should never be zero: calculating exact p-values when "
            "permutations are randomly drawn",
            "Statistical Applications in Genetics and Molecular Biology 9, 39",
            "10.2202/1544-6115.1585",
        ),
        _work(
            "rousseeuw1987",
            "Rousseeuw PJ",
            1987,
            "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis",
            "Journal of Computational and Applied Mathematics 20, 53–65",
            "10.1016/0377-0427(87)90125-7",
        ),
        _work(
            "shi2010",
            "Shi L, Campbell G, Jones WD, et al.",
            2010,
            "The MicroArray Quality Control (MAQC)-II study of common practices for the "
            "development and validation of microarray-based predictive models",
            "Nature Biotechnology 28, 827–838",
            "10.1038/nbt.1665",
        ),
        _work(
            "simon2003",
            "Simon R, Radmacher MD, Dobbin K, McShane LM",
            2003,
            "Pitfalls in the use of DNA microarray data for diagnostic and prognostic "
            "classification",
            "Journal of the National Cancer Institute 95, 14–18",
            "10.1093/jnci/95.1.14",
        ),
        _work(
            "tango1998",
            "Tango T",
            1998,
            "Equivalence test and confidence interval for the difference in proportions for the "
            "paired-sample design",
            "Statistics in Medicine 17, 891–908",
        ),
        _work(
            "tibshirani2002",
            "Tibshirani R, Hastie T, Narasimhan B, Chu G",
            2002,
            "Diagnosis of multiple cancer types by shrunken centroids of gene expression",
            "Proceedings of the National Academy of Sciences 99, 6567–6572",
            "10.1073/pnas.082099299",
        ),
        _work(
            "vancalster2019",
            "Van Calster B, McLernon DJ, van Smeden M, Wynants L, Steyerberg EW",
            2019,
            "Calibration: the Achilles heel of predictive analytics",
            "BMC Medicine 17, 230",
            "10.1186/s12916-019-1466-7",
        ),
        _work(
            "vandengoorbergh2022",
            "van den Goorbergh R, van Smeden M, Timmerman D, Van Calster B",
            2022,
            "The harm of class imbalance corrections for risk prediction models: illustration and "
            "simulation using logistic regression",
            "Journal of the American Medical Informatics Association 29, 1525–1534",
            "10.1093/jamia/ocac093",
        ),
        _work(
            "vandermaaten2008",
            "van der Maaten L, Hinton G",
            2008,
            "Visualizing data using t-SNE",
            "Journal of Machine Learning Research 9, 2579–2605",
        ),
        _work(
            "varma2006",
            "Varma S, Simon R",
            2006,
            "Bias in error estimation when using cross-validation for model selection",
            "BMC Bioinformatics 7, 91",
            "10.1186/1471-2105-7-91",
        ),
        _work(
            "venna2001",
            "Venna J, Kaski S",
            2001,
            "Neighborhood preservation in nonlinear projection methods: an experimental study",
            "Artificial Neural Networks – ICANN 2001, Lecture Notes in Computer Science 2130, "
            "485–491",
            "10.1007/3-540-44668-0_68",
        ),
        _work(
            "westfall1993",
            "Westfall PH, Young SS",
            1993,
            "Resampling-based multiple testing: examples and methods for p-value adjustment",
            "Wiley, New York",
        ),
        _work(
            "wilson1927",
            "Wilson EB",
            1927,
            "Probable inference, the law of succession, and statistical inference",
            "Journal of the American Statistical Association 22, 209–212",
            "10.1080/01621459.1927.10502953",
        ),
        _work(
            "ziemann2016",
            "Ziemann M, Eren Y, El-Osta A",
            2016,
            "Gene name errors are widespread in the scientific literature",
            "Genome Biology 17, 177",
            "10.1186/s13059-016-1044-7",
        ),
        _work(
            "zou2005",
            "Zou H, Hastie T",
            2005,
            "Regularization and variable selection via the elastic net",
            "Journal of the Royal Statistical Society B 67, 301–320",
            "10.1111/j.1467-9868.2005.00503.x",
        ),
        _work(
            "zou2008",
            "Zou GY, Donner A",
            2008,
            "Construction of confidence limits about effect measures: a general approach",
            "Statistics in Medicine 27, 1693–1702",
            "10.1002/sim.3095",
        ),
    )
}


def cited(texts: Iterable[str]) -> set[str]:
    """Find the keys that texts cite.

    Parameters
    ----------
    texts : iterable of str
        Texts with citations written `[@key]`.

    Returns
    -------
    set of str
        The keys.
    """
    return {key for text in texts for key in CITATION.findall(text)}


def bibliography(keys: Iterable[str], *, own: Reference | None) -> tuple[Reference, ...]:
    """Give the works for a set of keys, by first author and year.

    Parameters
    ----------
    keys : iterable of str
        What was cited.
    own : Reference or None
        The work that the study names as the source of its data; it wins over one of the
        same key here.

    Returns
    -------
    tuple of Reference
        The works, sorted.

    Raises
    ------
    KeyError
        If a key is unknown: a text cites what is not there.
    """
    works = WORKS | ({own.key: own} if own else {})
    chosen = {key: works[key] for key in keys}
    return tuple(
        sorted(chosen.values(), key=lambda work: (work.authors.casefold(), work.year, work.key))
    )
