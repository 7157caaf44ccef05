/* kapok person: accounts and roles. */
#include "catalog/person.h"
#include "base/log.h"
#include "catalog/division.h"
#include "catalog/password.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/texts.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define PAGE_LIMIT 500
#define ACTOR "cli"

static bool fail(GError **error, const char *zh, const char *en) {
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, text_pick(zh, en));
  return false;
}

/** One line of standard input; NULL at its end. Caller frees. */
static char *read_line(void) {
  char line[PASSWORD_BYTES_MAX + 3];
  if (fgets(line, sizeof line, stdin) == NULL)
    return NULL;
  line[strcspn(line, "\r\n")] = '\0';
  return g_strdup(line);
}

/** The same without showing what is typed. */
static char *ask(const char *question) {
  struct termios shown, hidden;
  bool is_terminal = tcgetattr(STDIN_FILENO, &shown) == 0;
  if (is_terminal) {
    fprintf(stderr, "%s", question);
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  char *line = read_line();
  if (is_terminal) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputc('\n', stderr);
  }
  return line;
}

/** The hash of a password that is asked for: twice from a person, one line from a program. */
static char *ask_password(const char *login, GError **error) {
  g_autofree char *password = ask(text_pick("新密码：", "New password: "));
  if (password == NULL) {
    fail(error, "标准输入的第一行应是密码", "the first line of standard input is the password");
    return NULL;
  }
  if (!password_check(password, login, error))
    return NULL;
  if (isatty(STDIN_FILENO)) {
    g_autofree char *again = ask(text_pick("再输入一次：", "Once more: "));
    if (again == NULL || strcmp(again, password) != 0) {
      fail(error, "两次输入不一样", "the two are not the same");
      return NULL;
    }
  }
  return password_hash(password, error);
}

/** "ROLE", "ROLE@DIVISION" or "ROLE@INSTITUTION"; `ret_place` owns the text of the place. */
static bool parse_role(const char *text, RoleGrant *ret_grant, char **ret_place, GError **error) {
  const char *at = strchr(text, '@');
  g_autofree char *name = at != NULL ? g_strndup(text, (gsize)(at - text)) : g_strdup(text);
  if (!role_find(name, &ret_grant->role))
    return fail(error, "没有这个角色：应为 teacher、host、reviewer、manager 或 administrator",
                "no such role: teacher, host, reviewer, manager or administrator");
  *ret_place = g_strdup(at != NULL ? at + 1 : "");
  bool is_division = division_level(*ret_place) > 0;
  ret_grant->division = is_division ? *ret_place : "";
  ret_grant->institution_id = is_division ? "" : *ret_place;
  return true;
}

static bool find(Catalog *catalog, const char *login, CatalogPerson **ret_person, GError **error) {
  if (!catalog_find_person(catalog, login, ret_person, error))
    return false;
  if (*ret_person == NULL)
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND,
                text_pick("没有账号“%s”", "there is no account \"%s\""), login);
  return *ret_person != NULL;
}

static bool run_add(Catalog *catalog, const CliOptions *options, char *const *arguments, GError **error) {
  const char *name = cli_option_text(options->title), *role = cli_option_text(options->role);
  const char *division = cli_option_text(options->division);
  g_autoptr(CatalogPerson) person = NULL;
  g_autofree char *hash = NULL, *place = NULL;
  RoleGrant grant = {0};
  if (arguments[0] == NULL)
    return fail(error, "缺少账号名", "name the account");
  if (role != NULL && !parse_role(role, &grant, &place, error))
    return false;
  hash = ask_password(arguments[0], error);
  if (hash == NULL || !catalog_create_person(catalog, ACTOR, arguments[0], name != NULL ? name : arguments[0],
                                             division != NULL ? division : "", hash, NULL, &person, error))
    return false;
  printf("%s\t%s\n", person->id, person->login);
  return role == NULL || catalog_give_role(catalog, ACTOR, person->id, &grant, error);
}

static bool run_passwd(Catalog *catalog, const CliOptions *options, char *const *arguments, GError **error) {
  (void)options;
  g_autoptr(CatalogPerson) person = NULL;
  g_autofree char *hash = NULL;
  if (arguments[0] == NULL)
    return fail(error, "缺少账号名", "name the account");
  if (!find(catalog, arguments[0], &person, error))
    return false;
  hash = ask_password(person->login, error);
  return hash != NULL && catalog_set_password(catalog, ACTOR, person->id, hash, NULL, error);
}

static bool set_disabled(Catalog *catalog, char *const *arguments, bool is_disabled, GError **error) {
  g_autoptr(CatalogPerson) person = NULL;
  if (arguments[0] == NULL)
    return fail(error, "缺少账号名", "name the account");
  return find(catalog, arguments[0], &person, error) &&
         catalog_update_person(catalog, ACTOR, person->id, NULL, NULL, &is_disabled, error);
}

static bool run_disable(Catalog *catalog, const CliOptions *options, char *const *arguments, GError **error) {
  (void)options;
  return set_disabled(catalog, arguments, true, error);
}

static bool run_enable(Catalog *catalog, const CliOptions *options, char *const *arguments, GError **error) {
  (void)options;
  return set_disabled(catalog, arguments, false, error);
}

static bool run_role(Catalog *catalog, const CliOptions *options, char *const *arguments, GError **error) {
  g_autoptr(CatalogPerson) person = NULL;
  g_autofree char *place = NULL;
  RoleGrant grant = {0};
  if (arguments[0] == NULL || arguments[1] == NULL)
    return fail(error, "应写账号名和角色", "name the account and the role");
  if (!find(catalog, arguments[0], &person, error) || !parse_role(arguments[1], &grant, &place, error))
    return false;
  return options->remove ? catalog_take_role(catalog, ACTOR, person->id, &grant, error)
                         : catalog_give_role(catalog, ACTOR, person->id, &grant, error);
}

static bool run_reset_totp(Catalog *catalog, const CliOptions *options, char *const *arguments, GError **error) {
  (void)options;
  g_autoptr(CatalogPerson) person = NULL;
  if (arguments[0] == NULL)
    return fail(error, "缺少账号名", "name the account");
  return find(catalog, arguments[0], &person, error) &&
         catalog_set_totp(catalog, ACTOR, person->id, NULL, 0, error);
}

static void print_person(const CatalogPerson *person) {
  printf("%s\t%s\t%s\t%s", person->id, person->login, person->name,
         person->is_disabled ? text_pick("停用", "disabled") : text_pick("有效", "active"));
  for (size_t i = 0; i < person->grant_count; i++) {
    const RoleGrant *grant = &person->grants[i];
    const char *place = grant->institution_id[0] != '\0' ? grant->institution_id : grant->division;
    printf("%s%s%s%s", i == 0 ? "\t" : " ", role_name(grant->role), place[0] != '\0' ? "@" : "", place);
  }
  putchar('\n');
}

static bool run_list(Catalog *catalog, const CliOptions *options, char *const *arguments, GError **error) {
  (void)options;
  (void)arguments;
  g_autofree char *after = g_strdup("");
  for (;;) {
    g_autoptr(GPtrArray) people = NULL;
    PersonQuery query = {.after = after, .limit = PAGE_LIMIT};
    if (!catalog_list_persons(catalog, &query, &people, error))
      return false;
    for (guint i = 0; i < people->len; i++)
      print_person(people->pdata[i]);
    if (people->len < PAGE_LIMIT)
      return true;
    g_free(after);
    after = g_strdup(((const CatalogPerson *)people->pdata[people->len - 1])->login);
  }
}

int cli_person_run(const CliOptions *options, char *const *arguments) {
  static const struct {
    const char *name;
    bool (*run)(Catalog *catalog, const CliOptions *options, char *const *arguments, GError **error);
  } verbs[] = {{"add", run_add},       {"list", run_list}, {"passwd", run_passwd},        {"disable", run_disable},
               {"enable", run_enable}, {"role", run_role}, {"reset-totp", run_reset_totp}};
  log_init("person", options->settings.log_level, options->settings.log_format);
  for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
    if (strcmp(arguments[0], verbs[i].name) != 0)
      continue;
    g_autoptr(GError) error = NULL;
    g_auto(DataFolder) folder = {0};
    if (data_folder_open(options->settings.data_dir, &folder, &error) &&
        verbs[i].run(folder.catalog, options, arguments + 1, &error))
      return CLI_EXIT_OK;
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  text_print_error(text_pick("应为 add、list、passwd、disable、enable、role 或 reset-totp",
                             "say add, list, passwd, disable, enable, role or reset-totp"));
  return CLI_EXIT_USAGE;
}
