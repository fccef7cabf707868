const zero = "error('Division by zero')"

export const numberMacros = [
  `CREATE MACRO snow_divide(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN ${zero} ELSE a / b END`,
  `CREATE MACRO snow_mod(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN ${zero} ELSE a % b END`,
  'CREATE MACRO snow_div0(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN 0 ELSE a / b END',
  `CREATE MACRO snow_width_bucket(x, low, high, n) AS CASE WHEN x IS NULL THEN NULL WHEN x < low THEN 0
    WHEN x >= high THEN n + 1 ELSE CAST(floor(n * (x - low) / CAST(high - low AS DOUBLE)) AS INTEGER) + 1 END`,
  'CREATE MACRO snow_square(x) AS CAST(x AS DOUBLE) * CAST(x AS DOUBLE)',
]
