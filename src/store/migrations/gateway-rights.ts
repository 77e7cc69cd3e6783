/** What the gateway's role was granted and no act needs: history and contacts are added to and never changed, a reminder is
 *  told or done with, labels are the workers' to set, and an identity column needs no right on its sequence. An act that comes later grants what it takes. */
export const narrowGatewayRights = `
  revoke update on reminder from hub_gateway;
  grant update (status) on reminder to hub_gateway;
  revoke update on case_department, case_issue, case_subject, interaction, case_event, idempotency from hub_gateway;
  revoke delete on case_department, case_subject from hub_gateway;
  do $$
  declare it record;
  begin
    -- A case and its clocks change; whose and which they are, and what labels they carry, does not.
    for it in select table_name as name, string_agg(quote_ident(column_name), ', ') as changeable from information_schema.columns
      where table_schema = 'hub' and table_name in ('case_file', 'deadline')
        and column_name not in ('id', 'uid', 'number', 'opened_at', 'opened_by', 'case_id', 'own_mask', 'label_mask') group by table_name loop
      execute format('revoke update on %I from hub_gateway', it.name);
      execute format('grant update (%s) on %I to hub_gateway', it.changeable, it.name);
    end loop;
    for it in select pg_get_serial_sequence(format('%I.%I', table_schema, table_name), column_name) as name from information_schema.columns
      where table_schema = 'hub' and (is_identity = 'YES' or table_name = 'migration' and column_name = 'id') loop
      execute format('revoke all on sequence %s from hub_gateway, hub_worker', it.name);
    end loop;
    revoke all on sequence case_number from hub_worker;
  end $$;
`;
