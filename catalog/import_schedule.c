/* Schedules of channels of JSON lines. */
#include "catalog/channel_write.h"
#include "catalog/import_take.h"
#include "catalog/record_place.h"
#include "catalog/record_statements.h"

static bool refuse(RecordFault *fault, RecordFaultReason reason, const char *given) {
  record_fault_set(fault, reason, "channel_id", given);
  return false;
}

static bool check_right(const ImportTake *take, const char *channel_id, RecordFault *fault, GError **error) {
  g_auto(Place) place = {0};
  if (!take->rights)
    return true;
  if (!place_load(take->connection, "channel", channel_id, &place, error))
    return false;
  return import_may(take, RIGHT_MANAGE, &place) || refuse(fault, RECORD_FAULT_RIGHT, channel_id);
}

bool import_take_schedule(ImportTake *take, const ImportSchedule *schedule, ImportResult *ret_result,
                          RecordFault *fault, GError **error) {
  int64_t is_there = 0, from_us = 0;
  bool is_changed = false;
  if (!connection_number(take->connection, record_statements(RECORD_CHANNEL)->has, &is_there, error,
                         argument_text(schedule->channel_id)))
    return false;
  if (!is_there)
    return refuse(fault, RECORD_FAULT_NO_RECORD, schedule->channel_id);
  if (!check_right(take, schedule->channel_id, fault, error) ||
      !channel_schedule_set(take->connection, take->actor, schedule->channel_id, schedule->document, take->now_us,
                            &from_us, &is_changed, fault, error))
    return false;
  *ret_result = is_changed ? IMPORT_RESULT_UPDATED : IMPORT_RESULT_UNCHANGED;
  return true;
}
