/** What an attacker supposes about the first patient: the truth in one run, something else in the other. */
export interface Guess {
  readonly ssn: string
  readonly name: string
  /** The first digit of the number. */
  readonly digit: string
  readonly date: string
}

/**
 * Statements that ask whether a guess is true: their answer must be the same for a true and for a false one, whatever an
 * answer is: rows, how many, a denial, or an error.
 */
export const asking: readonly (readonly [about: string, sqlText: (guess: Guess) => string])[] = [
  // Filters and joins.
  ['a filter', (g) => `select 1 as X from PATIENTS where SSN = '${g.ssn}'`],
  [
    'a filter by pattern',
    (g) => `select 1 as X from PATIENTS where PATIENT_ID = 1 and SSN like '${g.digit}%'`,
  ],
  [
    'a filter by a list of patterns',
    (g) => `select 1 as X from PATIENTS where PATIENT_ID = 1 and SSN like any ('${g.digit}%', 'x')`,
  ],
  [
    'a filter by all patterns',
    (g) => `select 1 as X from PATIENTS where PATIENT_ID = 1 and SSN ilike all ('${g.digit}%', '%')`,
  ],
  [
    'a filter by a regular expression',
    (g) => `select 1 as X from PATIENTS where PATIENT_ID = 1 and rlike(SSN, '${g.digit}.*')`,
  ],
  ['a filter on an alias', (g) => `select SSN as X from PATIENTS where X = '${g.ssn}'`],
  [
    'a filter on an alias that hides a clear column',
    (g) => `select SSN as SEX from PATIENTS where SEX = '${g.ssn}'`,
  ],
  [
    'a filter on a derived table',
    (g) => `select 1 as Y from (select SSN as X from PATIENTS) where X = '${g.ssn}'`,
  ],
  [
    'a filter on a computed flag',
    (g) => `select count(*) as N from (select SSN = '${g.ssn}' as F from PATIENTS) where F`,
  ],
  ['a filter by a position', (g) => `select 1 as Y from (select SSN from PATIENTS) where $1 = '${g.ssn}'`],
  ['a filter by a list', (g) => `select 1 as X from PATIENTS where (PATIENT_ID, SSN) in ((1, '${g.ssn}'))`],
  [
    'a filter by VALUES',
    (g) => `select 1 as X from PATIENTS where SSN in (select COLUMN1 from values ('${g.ssn}'))`,
  ],
  [
    'a filter by existence',
    (g) =>
      `select E.ENCOUNTER_ID from ENCOUNTERS E where exists (select 1 from PATIENTS P where P.PATIENT_ID = E.PATIENT_ID and P.SSN = '${g.ssn}') limit 1`,
  ],
  ['a filter by ANY', (g) => `select 1 as X from PATIENTS where '${g.ssn}' = any (select SSN from PATIENTS)`],
  [
    'a filter by ALL',
    (g) =>
      `select 1 as X from PATIENTS where PATIENT_ID = 1 and '${g.ssn}' <> all (select SSN from PATIENTS)`,
  ],
  [
    'existence in the select list',
    (g) => `select exists (select 1 from PATIENTS where SSN = '${g.ssn}') as X`,
  ],
  ['a membership in the select list', (g) => `select '${g.ssn}' in (select SSN from PATIENTS) as X`],
  ['a join', (g) => `select P.PATIENT_ID from PATIENTS P join (select '${g.ssn}' as S) G on G.S = P.SSN`],
  ['a join with USING', (g) => `select PATIENT_ID from PATIENTS join (select '${g.ssn}' as SSN) using (SSN)`],
  ['a natural join', (g) => `select PATIENT_ID from PATIENTS natural join (select '${g.ssn}' as SSN)`],
  [
    'a natural join by a renamed column',
    (g) =>
      `select PATIENT_ID from (select PATIENT_ID, SSN as K from PATIENTS) natural join (select '${g.ssn}' as K)`,
  ],
  [
    'an outer join',
    (g) => `select P.PATIENT_ID from (select '${g.ssn}' as S) G left join PATIENTS P on P.SSN = G.S`,
  ],
  [
    'a join as of',
    (g) =>
      `select P.PATIENT_ID from (select '${g.ssn}' as S) G asof join PATIENTS P match_condition (G.S >= P.SSN)`,
  ],
  [
    'a lateral join',
    (g) => `select count(*) as N from PATIENTS P, lateral (select 1 as X where P.SSN = '${g.ssn}') L`,
  ],
  [
    'a join of a lateral subquery',
    (g) => `select count(*) as N from PATIENTS P join lateral (select 1 as X) L on P.SSN = '${g.ssn}'`,
  ],
  [
    'a hierarchy',
    (g) =>
      `select PATIENT_ID from PATIENTS start with SSN = '${g.ssn}' connect by prior PATIENT_ID = -PATIENT_ID`,
  ],
  ['HAVING', (g) => `select count(*) as N from PATIENTS where PATIENT_ID = 1 having max(SSN) = '${g.ssn}'`],
  [
    'HAVING without aggregate',
    (g) => `select PATIENT_ID from PATIENTS group by PATIENT_ID having any_value(SSN) = '${g.ssn}'`,
  ],
  [
    'QUALIFY',
    (g) => `select PATIENT_ID from PATIENTS qualify max(SSN) over (partition by PATIENT_ID) = '${g.ssn}'`,
  ],
  [
    'QUALIFY by an alias',
    (g) =>
      `select PATIENT_ID, max(SSN) over (partition by PATIENT_ID) as W from PATIENTS qualify W = '${g.ssn}'`,
  ],
  [
    'a recursive expression that goes on',
    (g) =>
      `with recursive T (N, S) as (select 1, SSN from PATIENTS where PATIENT_ID = 1 union all select N + 1, S from T where N < 3 and S = '${g.ssn}') select N from T`,
  ],
  [
    'a matched pattern',
    (g) =>
      `select PATIENT_ID from PATIENTS match_recognize (order by PATIENT_ID measures A.PATIENT_ID as PATIENT_ID one row per match pattern (A) define A as SSN = '${g.ssn}')`,
  ],
  // Order and groups.
  ['an order', (g) => `select PATIENT_ID from PATIENTS order by iff(SSN = '${g.ssn}', 0, 1) limit 1`],
  [
    'an order by position',
    (g) =>
      `select X from (select PATIENT_ID as X, SSN = '${g.ssn}' as Y from PATIENTS order by 2 desc limit 1)`,
  ],
  [
    'an order by an alias',
    (g) => `select PATIENT_ID, SSN = '${g.ssn}' as Y from PATIENTS order by Y desc limit 1`,
  ],
  [
    'an order of a union',
    (g) =>
      `select PATIENT_ID as X, SSN as Y from PATIENTS where PATIENT_ID = 1 union all select 0, '${g.ssn}' order by Y limit 1`,
  ],
  [
    'an order by all',
    (g) =>
      `select SSN as Y, PATIENT_ID as X from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn}', 0 order by all limit 1`,
  ],
  ['a group by all', (g) => `select SSN = '${g.ssn}' as F, count(*) as N from PATIENTS group by all`],
  ['a group by position', (g) => `select SSN = '${g.ssn}' as F, count(*) as N from PATIENTS group by 1`],
  ['a group by alias', (g) => `select SSN = '${g.ssn}' as F, count(*) as N from PATIENTS group by F`],
  ['a group by what is not selected', (g) => `select count(*) as N from PATIENTS group by SSN = '${g.ssn}'`],
  ['grouping sets', (g) => `select count(*) as N from PATIENTS group by grouping sets ((SSN = '${g.ssn}'))`],
  [
    'distinct rows',
    (g) =>
      `select count(*) as N from (select distinct X from (select SSN as X from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn}'))`,
  ],
  ['a union', (g) => `select SSN as X from PATIENTS where PATIENT_ID = 1 union select '${g.ssn}'`],
  [
    'a union by name',
    (g) => `select SSN as X from PATIENTS where PATIENT_ID = 1 union by name select '${g.ssn}' as X`,
  ],
  [
    'an intersection',
    (g) => `select count(*) as N from (select SSN from PATIENTS intersect select '${g.ssn}')`,
  ],
  [
    'a difference',
    (g) => `select count(*) as N from (select '${g.ssn}' as X except select SSN from PATIENTS)`,
  ],
  [
    'a difference the other way round',
    (g) =>
      `select count(*) as N from (select SSN from PATIENTS where PATIENT_ID = 1 minus select '${g.ssn}')`,
  ],
  [
    'a rank',
    (g) =>
      `select rank() over (order by X) as R, ID from (select SSN as X, 1 as ID from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn}', 0)`,
  ],
  [
    'a window that counts',
    (g) => `select count(*) over (partition by SSN = '${g.ssn}') as N, PATIENT_ID from PATIENTS limit 3`,
  ],
  [
    'a window that looks back',
    (g) => `select lag(PATIENT_ID) over (order by SSN = '${g.ssn}') as X from PATIENTS limit 3`,
  ],
  [
    'an order inside of a list',
    (g) =>
      `select listagg(PATIENT_ID, ',') within group (order by SSN = '${g.ssn}') as X from PATIENTS where PATIENT_ID < 4`,
  ],
  [
    'an order inside of an array',
    (g) =>
      `select array_agg(PATIENT_ID) within group (order by SSN = '${g.ssn}') as X from PATIENTS where PATIENT_ID < 4`,
  ],
  // Aggregates.
  ['a conditional count', (g) => `select count_if(SSN = '${g.ssn}') as N from PATIENTS`],
  ['a count of a case', (g) => `select count(case when SSN = '${g.ssn}' then 1 end) as N from PATIENTS`],
  ['a count of NULLIF', (g) => `select count(nullif(SSN, '${g.ssn}')) as N from PATIENTS`],
  ['a count with a filter', (g) => `select count(*) filter (where SSN = '${g.ssn}') as N from PATIENTS`],
  ['a sum', (g) => `select sum(iff(SSN = '${g.ssn}', 1, 0)) as N from PATIENTS`],
  ['a logical sum', (g) => `select boolor_agg(SSN = '${g.ssn}') as N from PATIENTS`],
  ['a bitwise sum', (g) => `select bitor_agg(iff(SSN = '${g.ssn}', 1, 0)) as N from PATIENTS`],
  ['a correlation', (g) => `select corr(iff(SSN = '${g.ssn}', 1, 0), PATIENT_ID) as N from PATIENTS`],
  ['a deviation', (g) => `select stddev(iff(SSN = '${g.ssn}', 1, 0)) as N from PATIENTS`],
  [
    'different values',
    (g) =>
      `select count(distinct X) as N from (select SSN as X from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn}')`,
  ],
  [
    'different values of VALUES',
    (g) =>
      `select (select count(distinct COLUMN1) from (values (P.SSN), ('${g.ssn}'))) as N from PATIENTS P where PATIENT_ID = 1`,
  ],
  [
    'different values, about',
    (g) =>
      `select approx_count_distinct(X) as N from (select SSN as X from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn}')`,
  ],
  [
    'different values of a sketch',
    (g) =>
      `select hll(X) as N from (select SSN as X from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn}')`,
  ],
  [
    'different values by NVL',
    (g) =>
      `select count(distinct nvl(S, '${g.ssn}')) as N from (select SSN as S from PATIENTS where PATIENT_ID = 1 union all select null)`,
  ],
  [
    'different values under a recursion',
    (g) =>
      `with recursive T (N, X) as (select 1, '${g.ssn}' union all select 2, P.SSN from PATIENTS P join T on P.PATIENT_ID = T.N where T.N < 2) select count(distinct X) as C from T`,
  ],
  [
    'a hash of all rows',
    (g) => `select hash_agg(SSN) = hash_agg('${g.ssn}') as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'the greatest of two',
    (g) =>
      `select max(X) as M from (select SSN as X from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn.slice(0, 7)}9999')`,
  ],
  [
    'the least of two',
    (g) =>
      `select min(X) as M from (select SSN as X from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn.slice(0, 7)}0000')`,
  ],
  [
    'the greatest in a window',
    (g) =>
      `select max(X) over () as M from (select SSN as X from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn.slice(0, 7)}9999')`,
  ],
  [
    'the most frequent',
    (g) =>
      `select mode(X) as M from (select SSN as X from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn}' union all select 'x' union all select 'x')`,
  ],
  [
    'what is beside the greatest',
    (g) =>
      `select max_by(ID, X) as M from (select SSN as X, 1 as ID from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn.slice(0, 7)}9999', 0)`,
  ],
  [
    'an array of different values',
    (g) =>
      `select array_size(array_unique_agg(X)) as N from (select SSN as X from PATIENTS where PATIENT_ID = 1 union all select '${g.ssn}')`,
  ],
  // Values that depend on it.
  ['a comparison', (g) => `select SSN = '${g.ssn}' as X from PATIENTS where PATIENT_ID = 1`],
  [
    'a comparison that is a clear name',
    (g) => `select SSN = '${g.ssn}' as SEX from PATIENTS where PATIENT_ID = 1`,
  ],
  ['a range', (g) => `select SSN between '${g.ssn}' and '${g.ssn}' as X from PATIENTS where PATIENT_ID = 1`],
  [
    'a case',
    (g) => `select case SSN when '${g.ssn}' then 'yes' else 'no' end as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a decision',
    (g) => `select decode(SSN, '${g.ssn}', 'yes', 'no') as X from PATIENTS where PATIENT_ID = 1`,
  ],
  ['a null', (g) => `select nullif(SSN, '${g.ssn}') as X from PATIENTS where PATIENT_ID = 1`],
  [
    'a null and a count',
    (g) => `select count(X) as N from (select nullif(SSN, '${g.ssn}') as X from PATIENTS)`,
  ],
  [
    'a null and a sum',
    (g) => `select count(*) - count(X) as N from (select nullif(SSN, '${g.ssn}') as X from PATIENTS)`,
  ],
  ['a position', (g) => `select position('${g.ssn}' in SSN) as X from PATIENTS where PATIENT_ID = 1`],
  [
    'a choice between clear columns',
    (g) => `select iff(SSN = '${g.ssn}', SEX, STATE) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a place in an array',
    (g) => `select ['no', 'yes'][iff(SSN = '${g.ssn}', 1, 0)] as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a key of an object',
    (g) => `select get(object_construct('${g.ssn}', 'yes'), SSN) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a key of a clear VARIANT',
    (g) =>
      `select L.RESULT[iff(P.SSN = '${g.ssn}', 'value', 'x')] as X from LABS L join PATIENTS P on P.PATIENT_ID = L.PATIENT_ID limit 1`,
  ],
  [
    'a cut of a clear text',
    (g) => `select substr(STATE, iff(SSN = '${g.ssn}', 1, 9)) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a similarity',
    (g) => `select jarowinkler_similarity(SSN, '${g.ssn}') as X from PATIENTS where PATIENT_ID = 1`,
  ],
  ['a distance', (g) => `select editdistance(SSN, '${g.ssn}') as X from PATIENTS where PATIENT_ID = 1`],
  [
    'a filtered array',
    (g) => `select array_size(filter([SSN], x -> x = '${g.ssn}')) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a changed clear array',
    (g) => `select transform([1], x -> iff(SSN = '${g.ssn}', x, 0)) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a common element',
    (g) => `select arrays_overlap([SSN], ['${g.ssn}']) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'what an array contains',
    (g) => `select array_contains('${g.ssn}'::variant, array_agg(SSN)) as X from PATIENTS`,
  ],
  // The stand-in of a chosen value.
  [
    'a pseudonym by NVL',
    (g) =>
      `select nvl('${g.name}', FIRST_NAME) as X from PATIENTS where PATIENT_ID = 1 union all select FIRST_NAME from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a pseudonym by COALESCE',
    (g) =>
      `select coalesce(null, '${g.name}', FIRST_NAME) as X, FIRST_NAME as Y from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a pseudonym by a union',
    (g) => `select FIRST_NAME as X from PATIENTS where PATIENT_ID = 1 union all select '${g.name}'`,
  ],
  [
    'a pseudonym by VALUES',
    (g) =>
      `select (select min(COLUMN1) from (values (P.FIRST_NAME), ('${g.name}'))) as X from PATIENTS P where PATIENT_ID = 1`,
  ],
  [
    'a pseudonym by a row that is not there',
    (g) =>
      `select lag(FIRST_NAME, 5, '${g.name}') over (order by PATIENT_ID) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a pseudonym by an unpivot',
    (g) =>
      `select V from (select FIRST_NAME, '${g.name}' as G from PATIENTS where PATIENT_ID = 1) unpivot (V for N in (FIRST_NAME, G))`,
  ],
  [
    'a pseudonym by a case',
    (g) =>
      `select case when FIRST_NAME is null then FIRST_NAME else '${g.name}' end as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a pseudonym by IFF',
    (g) => `select iff(true, '${g.name}', FIRST_NAME) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a pseudonym by a join',
    (g) =>
      `select nvl(P.FIRST_NAME, G.N) as X from (select '${g.name}' as N) G left join PATIENTS P on P.PATIENT_ID = -1`,
  ],
  [
    'a pseudonym by USING',
    (g) => `select PATIENT_ID from PATIENTS full join (select '${g.name}' as FIRST_NAME) using (FIRST_NAME)`,
  ],
  [
    'a pseudonym by a clear class',
    (g) =>
      `select FIRST_NAME as X from PATIENTS where PATIENT_ID = 1 union all select NAME from (select '${g.name}' as NAME)`,
  ],
  [
    'a pseudonym by a recursion',
    (g) =>
      `with recursive T (N, X) as (select 1, '${g.name}' union all select N + 1, FIRST_NAME from T join PATIENTS on PATIENT_ID = N where N < 2) select X from T`,
  ],
  [
    'the greater name',
    (g) =>
      `select max(X) as M from (select FIRST_NAME as X from PATIENTS where PATIENT_ID = 1 union all select '${g.name}')`,
  ],
  [
    'a later date',
    (g) =>
      `select max(X) = '${g.date}' as M from (select BIRTH_DATE as X from PATIENTS where PATIENT_ID = 1 union all select '${g.date}'::date)`,
  ],
  [
    'the most frequent date',
    (g) =>
      `select mode(X) as M from (select BIRTH_DATE as X from PATIENTS where PATIENT_ID = 1 union all select '${g.date}'::date union all select '1950-01-01'::date)`,
  ],
  // Failing, or not.
  [
    'a division by zero',
    (g) => `select 1 / iff(SSN = '${g.ssn}', 0, 1) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a division by zero in a case',
    (g) => `select case when SSN = '${g.ssn}' then 1 / 0 else 1 end as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a division by zero behind AND',
    (g) => `select SSN = '${g.ssn}' and 1 / 0 = 1 as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a failing conversion',
    (g) => `select to_number(iff(SSN = '${g.ssn}', 'x', '1')) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a failing conversion of a part',
    (g) => `select to_number(translate(SSN, '-${g.digit}', 'x')) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a failing cast',
    (g) =>
      `select replace(substr(SSN, 1, 1), '${g.digit}', 'x')::int as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a conversion that overflows',
    (g) =>
      `select ('1e' || iff(SSN = '${g.ssn}', '99', '1'))::number as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a failing place',
    (g) =>
      `select substr('abc', replace(substr(SSN, 1, 1), '${g.digit}', 'x')) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a failing date',
    (g) => `select to_date(iff(SSN = '${g.ssn}', 'x', '2020-01-01')) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a failing text',
    (g) => `select parse_json(iff(SSN = '${g.ssn}', '{', '1')) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a failing expression',
    (g) => `select regexp_like('a', iff(SSN = '${g.ssn}', '(', 'a')) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a subquery of two rows',
    (g) =>
      `select (select COLUMN1 from values (1), (2) where P.SSN = '${g.ssn}') as X from PATIENTS P where PATIENT_ID = 1`,
  ],
  [
    'a long text',
    (g) =>
      `select length(repeat('x', iff(SSN = '${g.ssn}', 200000000, 1))) as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'a long wait',
    (g) => `select iff(SSN = '${g.ssn}', system$wait(5), 'x') as X from PATIENTS where PATIENT_ID = 1`,
  ],
  [
    'an implicit conversion',
    (g) => `select SSN = iff(SSN = '${g.ssn}', 'x', '1')::number as X from PATIENTS where PATIENT_ID = 1`,
  ],
  // How many rows there are.
  [
    'rows of a split',
    (g) =>
      `select count(*) as N from PATIENTS P, lateral split_to_table(P.SSN, '${g.digit}') S where P.PATIENT_ID = 1`,
  ],
  [
    'rows of a flattened split',
    (g) =>
      `select PATIENT_ID from PATIENTS P, lateral flatten(input => split(P.SSN, '${g.digit}')) F where P.PATIENT_ID = 1`,
  ],
  [
    'rows of a generator',
    (g) =>
      `select count(*) as N from PATIENTS P, table(generator(rowcount => iff(P.SSN = '${g.ssn}', 2, 1))) where P.PATIENT_ID = 1`,
  ],
  [
    'rows of a flattened choice',
    (g) =>
      `select count(*) as N from PATIENTS P, lateral flatten(input => iff(P.SSN = '${g.ssn}', [1], [1, 2])) F where P.PATIENT_ID = 1`,
  ],
  [
    'rows of an unpivot',
    (g) =>
      `select count(*) as N from (select PATIENT_ID, nullif(SSN, '${g.ssn}') as X from PATIENTS) unpivot (V for N in (X))`,
  ],
  [
    'rows under a limit',
    (g) => `select PATIENT_ID from PATIENTS limit (select count(*) from PATIENTS where SSN = '${g.ssn}')`,
  ],
  [
    'rows after an offset',
    (g) =>
      `select PATIENT_ID from PATIENTS limit 1 offset (select count(*) from PATIENTS where SSN = '${g.ssn}')`,
  ],
  [
    'rows of TOP',
    (g) => `select top (select count(*) from PATIENTS where SSN = '${g.ssn}') PATIENT_ID from PATIENTS`,
  ],
  [
    'rows of a sample',
    (g) =>
      `select PATIENT_ID from PATIENTS sample ((select 100 * count(*) from PATIENTS where SSN = '${g.ssn}'))`,
  ],
  [
    'rows of a frame',
    (g) =>
      `select count(*) over (order by PATIENT_ID rows between (select count(*) from PATIENTS where SSN = '${g.ssn}') preceding and current row) as N from PATIENTS limit 2`,
  ],
  ['a plan', (g) => `explain select 1 from PATIENTS where SSN = '${g.ssn}'`],
  ['a plan as text', (g) => `explain using text select 1 from PATIENTS where SSN = '${g.ssn}'`],
  ['a variable', (g) => `set X = (select count(*) from PATIENTS where SSN = '${g.ssn}')`],
  [
    'a write',
    (g) =>
      `update DIAGNOSES set DESCRIPTION = 'x' where exists (select 1 from PATIENTS where SSN = '${g.ssn}')`,
  ],
  [
    'a deletion',
    (g) =>
      `delete from DIAGNOSES where DIAGNOSIS_ID = -1 and exists (select 1 from PATIENTS where SSN = '${g.ssn}')`,
  ],
  [
    'a unique key',
    (g) =>
      `create table T as select '${g.ssn}' as X where exists (select 1 from PATIENTS where SSN = '${g.ssn}')`,
  ],
]
