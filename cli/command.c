#include "cli/command.h"

#include <stdio.h>
#include <string.h>

static void print_help(FILE *out) {
  fputs(text_pick("Kapok，学习媒体服务器。\n\n用法：kapok COMMAND [选项...]\n\n命令：\n",
                  "Kapok, a learning-media streaming server.\n\nUsage: kapok COMMAND [options...]\n\nCommands:\n"),
        out);
  size_t count;
  const CliCommand *commands = cli_command_table(&count);
  for (size_t i = 0; i < count; i++)
    fprintf(out, "  %-10s %s\n", commands[i].name, text_of(&commands[i].summary));
  fputs(text_pick("\n"
                  "  kapok COMMAND --help  该命令的说明\n"
                  "  kapok --help-config   全部设置的参考（Markdown）\n"
                  "  kapok --version       版本\n"
                  "\n"
                  "For English, set LANG=en_US.UTF-8.\n",
                  "\n"
                  "  kapok COMMAND --help  about that command\n"
                  "  kapok --help-config   reference of all settings (Markdown)\n"
                  "  kapok --version       the version\n"),
        out);
}

static int print_config_reference(void) {
  g_autofree char *reference = settings_format_reference();
  fputs(reference, stdout);
  return CLI_EXIT_OK;
}

static int refuse_command(const char *name) {
  const CliCommand *nearest = name[0] == '-' ? NULL : cli_command_nearest(name);
  if (nearest)
    text_print_error(text_pick("没有命令“%s”。是不是 %s？", "no command \"%s\"; did you mean %s?"), name,
                     nearest->name);
  else
    text_print_error(text_pick("没有命令“%s”。见 kapok --help", "no command \"%s\"; see kapok --help"), name);
  return CLI_EXIT_USAGE;
}

static bool has_help_flag(char *const *arguments) {
  for (; *arguments && strcmp(*arguments, "--") != 0; arguments++)
    if (strcmp(*arguments, "--help") == 0 || strcmp(*arguments, "-h") == 0)
      return true;
  return false;
}

/** Wrong usage of one command: `message`, then where to read more. */
static int refuse_usage(const CliCommand *command, const char *message) {
  text_print_error("%s", message);
  text_print_error(text_pick("见 kapok %s --help", "see kapok %s --help"), command->name);
  return CLI_EXIT_USAGE;
}

static int run_command(const CliCommand *command, char *const *arguments) {
  if (has_help_flag(arguments)) {
    fputs(text_of(&command->usage), stdout);
    return CLI_EXIT_OK;
  }
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) positional = NULL;
  g_autoptr(CliOptions) options = cli_options_parse(arguments, command->own_options, &positional, &error);
  if (!options)
    return refuse_usage(command, error->message);
  int count = (int)g_strv_length(positional);
  if (count < command->argument_count_min)
    return refuse_usage(command, text_pick("缺少参数", "an argument is missing"));
  if (command->argument_count_max >= 0 && count > command->argument_count_max) {
    g_autofree char *message = g_strdup_printf(text_pick("多余的参数“%s”", "unexpected argument \"%s\""),
                                               positional[command->argument_count_max]);
    return refuse_usage(command, message);
  }
  if (!cli_option_text(options->settings.data_dir))
    return refuse_usage(command, text_pick("需要 --data DIR", "--data DIR is needed"));
  return command->run(options, positional);
}

int cli_run(char *const *arguments) {
  if (!arguments[0]) {
    print_help(stderr);
    return CLI_EXIT_USAGE;
  }
  const char *first = arguments[0];
  if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
    print_help(stdout);
    return CLI_EXIT_OK;
  }
  if (strcmp(first, "--version") == 0) {
    puts("kapok " KAPOK_VERSION);
    return CLI_EXIT_OK;
  }
  if (strcmp(first, "--help-config") == 0)
    return print_config_reference();
  if (strcmp(first, "help") == 0) {
    const CliCommand *about = arguments[1] ? cli_command_find(arguments[1]) : NULL;
    if (arguments[1] && !about)
      return refuse_command(arguments[1]);
    if (about)
      fputs(text_of(&about->usage), stdout);
    else
      print_help(stdout);
    return CLI_EXIT_OK;
  }
  const CliCommand *command = cli_command_find(first);
  return command ? run_command(command, arguments + 1) : refuse_command(first);
}
