/**
 * Columns of SHOW, DESCRIBE and LIST that tell of the structure of objects, of their state, and of who may use them. Every
 * other column is withheld: comments, defaults, conditions and definitions quote what people wrote, and a column that Snowflake
 * adds tomorrow is not known.
 * Source: Snowflake, the output of each SHOW and DESCRIBE command.
 */
const structural = new Set(
  `acquired_on active actives allow_overlapping_execution allowed_values arguments assigned_to_users
  auto_resume auto_suspend autoincrement automatic_clustering available base_tables budget bytes
  catalog_name catalog_sync category change_tracking checkouts cloud cluster_by column_name columns
  commit_hash connection_id constraint_name created created_on data_timestamp data_type database
  database_name days_to_expiry default_namespace default_role default_secondary_roles default_warehouse
  deferrability delete_rule directory_enabled disabled dropped_on enable_query_acceleration
  enable_schema_evolution enabled endpoint error_integration expires_at_time expression_id
  external_access_integrations external_volume failed fk_column_name fk_database_name fk_name fk_schema_name
  fk_table_name format_options future_grant generation grant_on grant_option grant_to granted_by
  granted_by_role_type granted_on granted_roles granted_to granted_to_roles grantee_name has_credentials
  has_encryption_key has_mfa has_password has_pat has_rsa_public_key iceberg_table_type id integration
  interval invalid_reason is_aggregate is_ansi is_builtin is_clone is_current is_data_metric is_default
  is_dynamic is_event is_external is_external_function is_hybrid is_iceberg is_immutable is_inherited
  is_interactive is_materialized is_memoizable is_replica is_secure is_table_function key key_sequence kind
  language last_committed_on last_modified last_refreshed_on last_success_login last_suspended_on
  last_suspended_reason level location locked_until_time login_name max_cluster_count max_num_arguments md5
  method min_cluster_count min_num_arguments mins_to_bypass_mfa mins_to_unlock mode must_change_password
  name next_value notification_channel null? operation operations_mode options ordered origin other owner
  owner_account owner_role_type parent_property path paused_on pendings pk_column_name pk_database_name
  pk_name pk_schema_name pk_table_name predecessors privilege propagate property property_type provisioning
  query_acceleration_max_scale_factor query_id queued quiescing refresh_mode refresh_mode_reason region rely
  replica_of reserved resource resource_constraint resource_monitor resumed_on retention_time role rows
  running scaling_policy schedule scheduling_state schema_name scope search_optimization
  search_optimization_bytes search_optimization_progress secrets secure_objects_only session session_id size
  snowflake_lock source_type stale stale_after started_clusters started_on state status storage_integration
  success_integration suspended suspended_on table_name table_on target target_data_type target_lag
  task_relations transaction transaction_started_on type update_rule updated_on url user uuid
  valid_for_clustering version views warehouse webhook_url`.split(/\s+/),
)
const spaced = new Set(['primary key', 'unique key', 'policy name', 'privacy domain'])
/** The plan of a statement that the analysis has let through. */
const ofPlans = new Set(
  `step id parent parentoperators operation objects alias expressions partitionstotal partitionsassigned bytesassigned
  content`.split(/\s+/),
)
/** The values of parameters are settings; under the same names other kinds quote definitions. */
const ofParameters = new Set(['value', 'default', 'description'])

/** What a stage or a file format is set to, without its credentials, which Snowflake hides. */
const ofFiles = new Set(['property_value', 'property_default'])

/**
 * Whether a column of a result that tells of objects is shown.
 *
 * @param kind - of the statement, such as `show-tables`, `describe-table`, `list` or `explain`
 * @param name - of the column, in any case
 */
export const isShownMetadata = (kind: string, name: string): boolean => {
  const column = name.toLowerCase()
  if (kind === 'explain') return ofPlans.has(column)
  if (kind === 'show-parameters' && ofParameters.has(column)) return true
  if (/^describe-(?:stage|file-format)$/.test(kind) && ofFiles.has(column)) return true
  return structural.has(column) || spaced.has(column)
}

/** The names of the columns that a result of this kind may have and that are shown, lower case as Snowflake writes them. */
export const shownMetadataOf = (kind: string): readonly string[] => [
  ...structural,
  ...spaced,
  ...(kind === 'show-parameters' ? ofParameters : []),
]
