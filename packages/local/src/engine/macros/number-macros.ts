const zero = "error('Division by zero')"

export const numberMacros = [
  `CREATE MACRO snow_divide(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN ${zero} ELSE a / b END`,
  `CREATE MACRO snow_mod(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN ${zero} ELSE a % b END`,
  'CREATE MACRO snow_div0(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN 0 ELSE a / b END',
  'CREATE MACRO snow_square(x) AS CAST(x AS DOUBLE) * CAST(x AS DOUBLE)',
]
