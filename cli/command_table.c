#include "cli/command.h"

#include <string.h>

static const char *const INGEST_OPTIONS[] = {"title", "summary", "category", "institution", "wait", NULL};

static const char *const TRANSCODE_OPTIONS[] = {"explain", "json", NULL};

static const char *const BACKUP_OPTIONS[] = {"keep", "copy", "verify", NULL};
static const char *const RESTORE_OPTIONS[] = {"snapshot", "list", NULL};
static const char *const GC_OPTIONS[] = {"dry-run", "grace", NULL};
static const char *const QUOTA_OPTIONS[] = {"size", "lessons", NULL};
static const char *const DEMO_OPTIONS[] = {"media", "courses", NULL};
static const char *const CHECK_OPTIONS[] = {"deep", NULL};
static const char *const IMPORT_OPTIONS[] = {"kind", "dry-run", NULL};
static const char *const EXPORT_OPTIONS[] = {"kind", NULL};
static const char *const ATTACH_OPTIONS[] = {"title", NULL};

static const char *const RELOAD_OPTIONS[] = {"restart", NULL};
static const char *const PERSON_OPTIONS[] = {"title", "role", "division", "remove", NULL};
static const char *const WAIT_OPTIONS[] = {"wait", NULL};
static const char *const ALL_OPTIONS[] = {"all", NULL};

static const CliCommand COMMANDS[] = {
    {.name = "serve",
     .summary = {"启动服务：网站、接口和转码", "run Kapok: web site, API and transcoding"},
     .usage = {"用法：kapok serve --data DIR --listen HOST:PORT [--config FILE] [--workers N] [设置...]\n"
               "\n"
               "在一台机器上运行 Kapok 的全部：HTTP 服务和 N 个转码进程，退出的进程会自动重启。\n"
               "同一个数据文件夹同时只能有一个 serve。用 Ctrl-C 或 SIGTERM 停止；正在做的转码下次接着做。\n"
               "\n"
               "  --data DIR          数据文件夹，没有时自动建立\n"
               "  --listen HOST:PORT  监听地址\n"
               "  --config FILE       配置文件；命令行优先\n"
               "  --workers N         转码进程数；0 表示每两个处理器核心一个\n"
               "\n"
               "全部设置见 kapok --help-config。\n",
               "Usage: kapok serve --data DIR --listen HOST:PORT [--config FILE] [--workers N] [settings...]\n"
               "\n"
               "Runs all of Kapok on one machine: the HTTP server and N transcoder workers, started again when\n"
               "they end. One serve at a time may use a data folder. Stop it with Ctrl-C or SIGTERM; transcoding\n"
               "goes on where it stopped at the next start.\n"
               "\n"
               "  --data DIR          data folder, made when missing\n"
               "  --listen HOST:PORT  address to listen on\n"
               "  --config FILE       config file; the command line goes before it\n"
               "  --workers N         transcoder workers; 0: one for every two processor cores\n"
               "\n"
               "For all settings see kapok --help-config.\n"},
     .run = cli_serve_run},
    {.name = "reload",
     .summary = {"不中断连接，采用新的设置或新的程序",
                 "take over new settings or programs without cutting a connection"},
     .usage =
         {"用法：kapok reload --data DIR [--restart]\n"
          "\n"
          "让正在运行的 kapok serve "
          "重新读取它的命令行和配置文件。新的服务进程就绪以后接管端口，旧的进程做完手头的\n"
          "请求才退出，没有连接被拒绝或中断。配置有错时一切照旧，并说明是哪个文件的哪一行。要重新启动 kapok serve\n"
          "才能生效的设置会列出来。\n"
          "\n"
          "  --data DIR  数据文件夹\n"
          "  --restart   转码进程也重新启动（更新程序以后用）；正在转码的片段会重做\n"
          "\n"
          "退出码：0 成功；1 一切照旧；2 用法错误。\n",
          "Usage: kapok reload --data DIR [--restart]\n"
          "\n"
          "Lets the running kapok serve read its command line and config file anew. When a new server process\n"
          "is ready it takes over the port, and the old one ends after the requests it has: no connection is\n"
          "refused or cut. With a wrong configuration all stays as it was, and file and line are named.\n"
          "Settings that need a new start of kapok serve are listed.\n"
          "\n"
          "  --data DIR  data folder\n"
          "  --restart   start workers anew too (after programs were updated); spans in work are made again\n"
          "\n"
          "Exit status: 0 done; 1 all stays as it was; 2 wrong usage.\n"},
     .own_options = RELOAD_OPTIONS,
     .run = cli_reload_run},
    {.name = "transcode",
     .summary = {"单独运行一个转码进程", "run one transcoder worker alone"},
     .usage = {"用法：kapok transcode --data DIR [--config FILE] [设置...]\n"
               "      kapok transcode --explain FILE [--json] [--config FILE] [设置...]\n"
               "\n"
               "运行一个转码进程，直到 SIGTERM 或 Ctrl-C。kapok serve 会自己启动转码进程，一般不需要此命令。\n"
               "\n"
               "  --explain FILE      不转码，只说明文件里有什么、会制作成什么\n"
               "  --json              和 --explain 一起用：输出 JSON\n"
               "\n"
               "全部设置见 kapok --help-config。\n",
               "Usage: kapok transcode --data DIR [--config FILE] [settings...]\n"
               "       kapok transcode --explain FILE [--json] [--config FILE] [settings...]\n"
               "\n"
               "Runs one transcoder worker until SIGTERM or Ctrl-C. kapok serve starts workers by itself; this is\n"
               "for more of them.\n"
               "\n"
               "  --explain FILE      transcode nothing: tell what the file holds and what would be made of it\n"
               "  --json              with --explain: print JSON\n"
               "\n"
               "For all settings see kapok --help-config.\n"},
     .own_options = TRANSCODE_OPTIONS,
     .run = cli_transcode_run},
    {.name = "ingest",
     .summary = {"把视频或音频文件收进课程库", "take video or audio files in as lessons"},
     .usage =
         {"用法：kapok ingest --data DIR [选项...] FILE...\n"
          "\n"
          "把每个文件复制进数据文件夹，建立一门课程，排队转码；原文件不动。旁边的字幕文件（NAME.vtt、\n"
          "NAME.zh-CN.srt 等）一起收入。标准输出每节课一行：媒体编号、制表符、标题。\n"
          "\n"
          "  --data DIR          数据文件夹，没有时自动建立\n"
          "  --title TEXT        课程标题；省略时用文件名。有多个文件时依次加上 1、2、3...\n"
          "  --summary TEXT      简介\n"
          "  --category NAME     九个类别之一，中文名、英文名或代号\n"
          "  --institution NAME  所属机构\n"
          "  --wait              等到转码完成并显示进度；没有转码进程在运行时自己启动。Ctrl-C 只停止等待\n"
          "\n"
          "退出码：0 全部成功；1 有文件未能收入或转码失败；2 用法错误；130 等待被中断。\n",
          "Usage: kapok ingest --data DIR [options...] FILE...\n"
          "\n"
          "Copies each file into the data folder, makes a course of it and queues it for transcoding; the file\n"
          "itself stays as it is. Caption files beside it (NAME.vtt, NAME.zh-CN.srt, ...) are taken too.\n"
          "Prints one line per lesson on standard output: asset id, tab, title.\n"
          "\n"
          "  --data DIR          data folder, made when missing\n"
          "  --title TEXT        title of the course, else the file's name; with several files 1, 2, 3...\n"
          "                      is added in their order\n"
          "  --summary TEXT      summary\n"
          "  --category NAME     one of the nine categories: Chinese name, English name or slug\n"
          "  --institution NAME  institution that owns it\n"
          "  --wait              wait until all is transcoded and show progress; starts workers when none\n"
          "                      runs. Ctrl-C stops the waiting only\n"
          "\n"
          "Exit status: 0 all is well; 1 a file was not taken in or its transcoding failed; 2 wrong usage;\n"
          "130 waiting was interrupted.\n"},
     .own_options = INGEST_OPTIONS,
     .argument_count_min = 1,
     .argument_count_max = -1,
     .run = cli_ingest_run},
    {.name = "replace",
     .summary = {"用新的文件替换一节课的视频", "replace the video of a lesson by another file"},
     .usage =
         {"用法：kapok replace --data DIR [--wait] ASSET FILE\n"
          "\n"
          "用 FILE 替换媒体编号为 ASSET 的课时的视频。新文件转码完成以前，课程照常播放原来的内容，然后一下子\n"
          "换成新的；转码失败时一切照旧。原来手工添加的字幕沿用，除非新文件旁边有同一语言的字幕。原来的播放\n"
          "地址在 retired-keep（默认 24 小时）以内仍然有效。标准输出一行：新的媒体编号、制表符、标题。\n"
          "\n"
          "  --data DIR  数据文件夹\n"
          "  --wait      等到转码完成并显示进度；没有转码进程在运行时自己启动\n"
          "\n"
          "退出码：0 成功；1 未能收入或转码失败；2 用法错误；130 等待被中断。\n",
          "Usage: kapok replace --data DIR [--wait] ASSET FILE\n"
          "\n"
          "Replaces the video of the lesson with the asset id ASSET by FILE. Until the new file is transcoded\n"
          "the lesson goes on playing what it had, then it changes over at once; when transcoding fails,\n"
          "nothing changes. Captions that were given by hand are kept, unless the new file brings its own of\n"
          "that language. The old addresses go on working for retired-keep (24 hours by default). Prints one\n"
          "line on standard output: the new asset id, tab, title.\n"
          "\n"
          "  --data DIR  data folder\n"
          "  --wait      wait until it is transcoded and show progress; starts workers when none runs\n"
          "\n"
          "Exit status: 0 all is well; 1 the file was not taken in or its transcoding failed; 2 wrong usage;\n"
          "130 waiting was interrupted.\n"},
     .own_options = WAIT_OPTIONS,
     .argument_count_min = 2,
     .argument_count_max = 2,
     .run = cli_replace_run},
    {.name = "pause",
     .summary = {"暂停转码", "pause the transcoding of lessons"},
     .usage = {"用法：kapok pause --data DIR ASSET...\n"
               "      kapok pause --data DIR --all\n"
               "\n"
               "暂停媒体编号为 ASSET 的课程，或现在所有未完成的课程（--all；以后收入的不受影响）。已经做好的部分\n"
               "可以继续播放；正在做的一小段约两秒内停下，以后重做。用 kapok resume 继续。\n"
               "\n"
               "退出码：0 成功；1 有课程未能暂停（已完成、已失败或不存在）；2 用法错误。\n",
               "Usage: kapok pause --data DIR ASSET...\n"
               "       kapok pause --data DIR --all\n"
               "\n"
               "Pauses the lessons with the asset ids ASSET, or all that are not done now (--all; those taken in\n"
               "later are not touched). What was made can be played on; a piece at work stops within about two\n"
               "seconds and is made again later. kapok resume lets them go on.\n"
               "\n"
               "Exit status: 0 all is well; 1 a lesson cannot be paused (it is done, failed or is not there);\n"
               "2 wrong usage.\n"},
     .own_options = ALL_OPTIONS,
     .argument_count_max = -1,
     .run = cli_pause_run},
    {.name = "resume",
     .summary = {"继续暂停的转码", "let paused lessons go on"},
     .usage = {"用法：kapok resume --data DIR ASSET...\n"
               "      kapok resume --data DIR --all\n"
               "\n"
               "让暂停的课程继续转码：媒体编号为 ASSET 的，或全部（--all）。没有暂停的课程不变。\n"
               "\n"
               "退出码：0 成功；1 有课程不存在；2 用法错误。\n",
               "Usage: kapok resume --data DIR ASSET...\n"
               "       kapok resume --data DIR --all\n"
               "\n"
               "Lets paused lessons go on: those with the asset ids ASSET, or all (--all). One that is not paused\n"
               "stays as it is.\n"
               "\n"
               "Exit status: 0 all is well; 1 a lesson is not there; 2 wrong usage.\n"},
     .own_options = ALL_OPTIONS,
     .argument_count_max = -1,
     .run = cli_resume_run},
    {.name = "cancel",
     .summary = {"取消转码", "cancel the transcoding of lessons"},
     .usage = {"用法：kapok cancel --data DIR ASSET...\n"
               "\n"
               "取消媒体编号为 ASSET 的课程的转码。已经做好的部分保留，可以播放。用 kapok retry 重新开始。\n"
               "\n"
               "退出码：0 成功；1 有课程未能取消（已完成、已失败或不存在）；2 用法错误。\n",
               "Usage: kapok cancel --data DIR ASSET...\n"
               "\n"
               "Cancels the transcoding of the lessons with the asset ids ASSET. What was made stays and can be\n"
               "played. kapok retry begins again.\n"
               "\n"
               "Exit status: 0 all is well; 1 a lesson cannot be cancelled (it is done, failed or is not there);\n"
               "2 wrong usage.\n"},
     .argument_count_min = 1,
     .argument_count_max = -1,
     .run = cli_cancel_run},
    {.name = "retry",
     .summary = {"重试失败或取消的转码", "try failed or cancelled lessons again"},
     .usage = {"用法：kapok retry --data DIR ASSET...\n"
               "\n"
               "让失败或取消的课程重新排队转码。已经做好的部分保留，只做缺少的。\n"
               "\n"
               "退出码：0 成功；1 有课程未能重试（没有失败或不存在）；2 用法错误。\n",
               "Usage: kapok retry --data DIR ASSET...\n"
               "\n"
               "Queues lessons that failed or were cancelled again. What was made stays; only what is missing is\n"
               "made.\n"
               "\n"
               "Exit status: 0 all is well; 1 a lesson cannot be tried again (it has not failed or is not there);\n"
               "2 wrong usage.\n"},
     .argument_count_min = 1,
     .argument_count_max = -1,
     .run = cli_retry_run},
    {.name = "status",
     .summary = {"查看课程和转码进度", "show lessons and their progress"},
     .usage =
         {"用法：kapok status --data DIR [ASSET]\n"
          "\n"
          "列出课程、状态和进度；给出媒体编号 ASSET 时显示它的详情。\n",
          "Usage: kapok status --data DIR [ASSET]\n"
          "\n"
          "Lists the courses with state and progress; with an asset id ASSET shows the details of that one.\n"},
     .argument_count_max = 1,
     .run = cli_status_run},
    {.name = "backup",
     .summary = {"备份目录库和存储的文件，不用停止服务", "back up catalog and stored files, while serving"},
     .usage =
         {"用法：kapok backup --data DIR [--keep N] [--copy] [--verify] DEST\n"
          "\n"
          "把目录库和它登记的全部文件备份到文件夹 DEST（没有时自动建立）。kapok serve 可以照常运行。再次备份到\n"
          "同一个 DEST 时只复制新的文件；每次备份都能单独恢复。DEST 在同一个文件系统上时，文件不复制，而是和原文\n"
          "件共用存储：可以防误删，不能防磁盘损坏；重要的备份请放到另一块磁盘上。\n"
          "\n"
          "  --data DIR  数据文件夹\n"
          "  --keep N    在 DEST 里保留最近 N 次备份（默认 7），更早的删除\n"
          "  --copy      总是复制，不和原文件共用存储\n"
          "  --verify    把备份的每个文件再读一遍，核对 SHA-256 校验和\n"
          "\n"
          "核对也可以不用 Kapok：cd DEST && sha256sum -c snapshots/NAME/SHA256SUMS\n"
          "退出码：0 全部备份；1 有文件缺失或损坏（其余已备份），或备份失败；2 用法错误；130 被中断。\n",
          "Usage: kapok backup --data DIR [--keep N] [--copy] [--verify] DEST\n"
          "\n"
          "Backs up the catalog and all files that it lists into the folder DEST, made when missing, while kapok\n"
          "serve goes on. The next backup into DEST copies only what is new; each can be restored by itself. On\n"
          "one file system files are not copied but share their bytes with the original: that helps against\n"
          "mistakes, not against a broken disk, so put backups that matter on another disk.\n"
          "\n"
          "  --data DIR  data folder\n"
          "  --keep N    keep the last N backups in DEST (7), remove older ones\n"
          "  --copy      always copy, share no bytes with the original\n"
          "  --verify    read every file of the backup again and compare its SHA-256\n"
          "\n"
          "Verifying works without Kapok, too: cd DEST && sha256sum -c snapshots/NAME/SHA256SUMS\n"
          "Exit status: 0 all is backed up; 1 a file was missing or damaged (the others are backed up), or there\n"
          "is no backup; 2 wrong usage; 130 interrupted.\n"},
     .own_options = BACKUP_OPTIONS,
     .argument_count_min = 1,
     .argument_count_max = 1,
     .run = cli_backup_run},
    {.name = "restore",
     .summary = {"从备份恢复", "restore a backup"},
     .usage =
         {"用法：kapok restore --data DIR [--snapshot NAME] DEST\n"
          "      kapok restore --list DEST\n"
          "\n"
          "把 DEST 里最近一次（或名为 NAME 的）备份恢复到数据文件夹 DIR，每个文件核对 SHA-256 校验和。DIR "
          "里不能已\n"
          "有目录库。恢复中断后再运行一次，会接着做。恢复以后没有做完的转码会继续。\n"
          "\n"
          "  --data DIR       恢复到的数据文件夹，没有时自动建立\n"
          "  --snapshot NAME  哪一次备份；省略时是最近一次\n"
          "  --list           只列出 DEST 里的备份，最早的在前\n"
          "\n"
          "退出码：0 全部恢复；1 有文件缺失或损坏（其余已恢复），或恢复失败；2 用法错误；130 被中断。\n",
          "Usage: kapok restore --data DIR [--snapshot NAME] DEST\n"
          "       kapok restore --list DEST\n"
          "\n"
          "Restores the newest backup in DEST, or the one called NAME, into the data folder DIR, comparing each\n"
          "file with its SHA-256. DIR may not hold a catalog yet. When it was cut off, run it again: it goes on.\n"
          "Unfinished transcodes go on after it.\n"
          "\n"
          "  --data DIR       data folder to restore into, made when missing\n"
          "  --snapshot NAME  which backup; else the newest\n"
          "  --list           only list the backups in DEST, oldest first\n"
          "\n"
          "Exit status: 0 all is restored; 1 a file was missing or damaged (the others are restored), or nothing\n"
          "could be restored; 2 wrong usage; 130 interrupted.\n"},
     .own_options = RESTORE_OPTIONS,
     .argument_count_min = 1,
     .argument_count_max = 1,
     .run = cli_restore_run},
    {.name = "gc",
     .summary = {"删除没有用处的存储文件", "remove stored files that nothing refers to"},
     .usage =
         {"用法：kapok gc --data DIR [--dry-run] [--grace TIME]\n"
          "\n"
          "删除没有任何登记的存储文件，以及所属课时已被删除的媒体。kapok serve "
          "平时自己会做；这里可以看会删除什么，\n"
          "或缩短宽限期。每个文件一行；备份进行中不删除。\n"
          "\n"
          "  --dry-run     不删除，只列出\n"
          "  --grace TIME  比这更新的不删除（默认 7d）\n"
          "\n"
          "退出码：0 成功；1 失败，或正在备份；2 用法错误。\n",
          "Usage: kapok gc --data DIR [--dry-run] [--grace TIME]\n"
          "\n"
          "Removes stored files that nothing lists, and media whose lesson was deleted. kapok serve does this by\n"
          "itself; here one can see what would go, or shorten the grace time. Prints a line per file. Nothing is\n"
          "removed while a backup runs.\n"
          "\n"
          "  --dry-run     remove nothing, only list\n"
          "  --grace TIME  what is younger stays (7d)\n"
          "\n"
          "Exit status: 0 all is well; 1 it failed, or a backup runs; 2 wrong usage.\n"},
     .own_options = GC_OPTIONS,
     .run = cli_gc_run},
    {.name = "quota",
     .summary = {"查看和设定各机构的配额", "show and set the quotas of institutions"},
     .usage =
         {"用法：kapok quota --data DIR\n"
          "      kapok quota --data DIR [--size SIZE] [--lessons N] INSTITUTION\n"
          "\n"
          "列出每个机构已用的存储空间（原文件和转码结果）和课时数，以及上限；给出机构名称时先设定它的上限。没有\n"
          "单独设定的机构按设置 quota-size 和 quota-lessons。超过上限时新的文件不再收入，已有的不受影响。\n"
          "\n"
          "  --size SIZE  存储空间上限，如 500GB；0 表示不限，default 表示按设置\n"
          "  --lessons N  课时数上限；0 表示不限，default 表示按设置\n"
          "\n"
          "退出码：0 成功；1 失败；2 用法错误。\n",
          "Usage: kapok quota --data DIR\n"
          "       kapok quota --data DIR [--size SIZE] [--lessons N] INSTITUTION\n"
          "\n"
          "Lists what each institution has stored (sources and renditions) and how many lessons, with the limits;\n"
          "with the name of an institution sets its limits first. Others follow the settings quota-size and\n"
          "quota-lessons. Beyond a limit no new file is taken in; what is there stays.\n"
          "\n"
          "  --size SIZE  limit of what is stored, such as 500GB; 0: none, default: as the settings say\n"
          "  --lessons N  limit of lessons; 0: none, default: as the settings say\n"
          "\n"
          "Exit status: 0 all is well; 1 it failed; 2 wrong usage.\n"},
     .own_options = QUOTA_OPTIONS,
     .argument_count_max = 1,
     .run = cli_quota_run},
    {.name = "channel",
     .summary = {"查看频道，检查节目单", "list channels and check their schedules"},
     .usage =
         {"用法：kapok channel list --data DIR\n"
          "      kapok channel check --data DIR [CHANNEL]\n"
          "\n"
          "list 列出频道和正在播出的课时。check 逐行列出节目单里不能播出、由垫片代替的课程和课时及其原因；只检查\n"
          "一个频道时给出它的编号。节目单通过网站的接口编辑。\n"
          "\n"
          "  --data DIR  数据文件夹\n"
          "\n"
          "退出码：0 没有问题；1 有不能播出的，或出错；2 用法错误。\n",
          "Usage: kapok channel list --data DIR\n"
          "       kapok channel check --data DIR [CHANNEL]\n"
          "\n"
          "list shows the channels and the lesson that is on. check prints a line for each course and lesson of\n"
          "their schedules that cannot be shown, so that filler takes its place, and why; of one channel when its\n"
          "id is given. Schedules are edited over the API.\n"
          "\n"
          "  --data DIR  data folder\n"
          "\n"
          "Exit status: 0 all is well; 1 something cannot be shown, or an error; 2 wrong usage.\n"},
     .argument_count_min = 1,
     .argument_count_max = 2,
     .run = cli_channel_run},
    {.name = "check",
     .summary = {"核对目录库和存储的文件", "check the catalog and the stored files"},
     .usage =
         {"用法：kapok check --data DIR [--deep]\n"
          "\n"
          "检查目录库是否完好，登记的每个文件是否都在、长度是否正确，并列出没有登记的文件（最多显示 20 个）。\n"
          "可以在 kapok serve 运行时使用。每个问题一行：问题、制表符、文件或说明。\n"
          "\n"
          "  --deep      还读出每个文件，和发布时记下的 SHA-256 校验和比较；没有校验和的现在记下\n"
          "\n"
          "退出码：0 完好（有没登记的文件也算完好）；1 发现问题，或无法检查；2 用法错误。\n",
          "Usage: kapok check --data DIR [--deep]\n"
          "\n"
          "Checks that the catalog is sound, that every file it lists is there with its length, and tells of "
          "files\n"
          "it does not list (20 are shown at most). May be used while kapok serve runs. One line for each "
          "finding:\n"
          "what it is, tab, the file or an explanation.\n"
          "\n"
          "  --deep      also read every file and compare it with the SHA-256 recorded when it was published;\n"
          "              where none was recorded it is now\n"
          "\n"
          "Exit status: 0 all is sound (also with unlisted files); 1 a problem was found, or the check could not\n"
          "be made; 2 wrong usage.\n"},
     .own_options = CHECK_OPTIONS,
     .run = cli_check_run},
    {.name = "import",
     .summary = {"从表格或 JSON 行导入课程等", "import courses and other records from a table or JSON lines"},
     .usage =
         {"用法：kapok import --data DIR [--kind KIND] [--dry-run] FILE\n"
          "\n"
          "FILE 是 .csv（UTF-8 或 GBK）、.xlsx（第一张表）或 .jsonl（kapok export "
          "的输出）。表格第一行是字段名，英文或中文，\n"
          "如 title 标题、category 类别、audiences 重点人群、tags 标签、institution 机构名称、lecturers "
          "讲师姓名；没有的机构和\n"
          "讲师自动建立。列表各项用 | 或 ； 分开。有 id "
          "而且已存在的行修改原来的内容，空格子不改；其余的新建。每行各自成败，\n"
          "有错的逐行说明。\n"
          "\n"
          "  --data DIR   数据文件夹，没有时自动建立\n"
          "  --kind KIND  courses（默认）、institutions、lecturers、rooms 或 collections\n"
          "  --dry-run    只检查和报告，不改动\n"
          "\n"
          "退出码：0 全部成功；1 有错误；2 用法错误。\n",
          "Usage: kapok import --data DIR [--kind KIND] [--dry-run] FILE\n"
          "\n"
          "FILE is .csv (UTF-8 or GBK), .xlsx (its first sheet) or .jsonl (what kapok export writes). The first "
          "line\n"
          "of a table names fields, in English or Chinese, such as title, category, audiences, tags, and by name\n"
          "institution and lecturers; those that are not there are made. Entries of a list are separated by | or "
          ";.\n"
          "Rows with the id of a record that is there change it, empty cells change nothing; others make new\n"
          "records. Each row stands for itself; what is wrong is told row by row.\n"
          "\n"
          "  --data DIR   data folder, made when missing\n"
          "  --kind KIND  courses (the default), institutions, lecturers, rooms or collections\n"
          "  --dry-run    check and tell, change nothing\n"
          "\n"
          "Exit status: 0 all is well; 1 something is wrong; 2 wrong usage.\n"},
     .own_options = IMPORT_OPTIONS,
     .argument_count_min = 1,
     .argument_count_max = 1,
     .run = cli_import_run},
    {.name = "export",
     .summary = {"导出课程等", "export courses and other records"},
     .usage =
         {"用法：kapok export --data DIR [--kind KIND] [FILE]\n"
          "\n"
          "把行政区划、机构、讲师、活动室、课程（及课时）、专题、附件和频道（及节目表）写成 JSON "
          "行，或把一类写成 CSV 表格（--kind）；写到 FILE，\n"
          "没有 FILE 时写到标准输出。链接的密钥也在其中，请妥善保管。视频和文件本身不在其中，它们随备份保存。\n"
          "\n"
          "  --data DIR   数据文件夹\n"
          "  --kind KIND  courses、institutions、lecturers、rooms、collections、attachments 或 channels\n"
          "\n"
          "退出码：0 成功；1 失败；2 用法错误。\n",
          "Usage: kapok export --data DIR [--kind KIND] [FILE]\n"
          "\n"
          "Writes divisions, institutions, lecturers, rooms, courses with their lessons, collections, attachments, "
          "and\n"
          "channels with their schedules as JSON lines, or one kind as a CSV table (--kind); to FILE, or to "
          "standard\n"
          "output. The secrets of links are in it: keep it safe. Videos and files are not: backups hold them.\n"
          "\n"
          "  --data DIR   data folder\n"
          "  --kind KIND  courses, institutions, lecturers, rooms, collections, attachments or channels\n"
          "\n"
          "Exit status: 0 all is well; 1 it failed; 2 wrong usage.\n"},
     .own_options = EXPORT_OPTIONS,
     .argument_count_max = 1,
     .run = cli_export_run},
    {.name = "attach",
     .summary = {"给课程添加 PDF 附件", "attach a PDF to a course"},
     .usage = {"用法：kapok attach --data DIR [--title TEXT] COURSE FILE\n"
               "\n"
               "把 PDF 文件 FILE 复制进数据文件夹，作为编号为 COURSE "
               "的课程的附件。标准输出一行：附件编号、制表符、标题。\n"
               "\n"
               "  --data DIR    数据文件夹\n"
               "  --title TEXT  标题；省略时用文件名\n"
               "\n"
               "退出码：0 成功；1 失败；2 用法错误。\n",
               "Usage: kapok attach --data DIR [--title TEXT] COURSE FILE\n"
               "\n"
               "Copies the PDF file FILE into the data folder as an attachment of the course with the id COURSE.\n"
               "Prints one line on standard output: attachment id, tab, title.\n"
               "\n"
               "  --data DIR    data folder\n"
               "  --title TEXT  title, else the file's name\n"
               "\n"
               "Exit status: 0 all is well; 1 it failed; 2 wrong usage.\n"},
     .own_options = ATTACH_OPTIONS,
     .argument_count_min = 2,
     .argument_count_max = 2,
     .run = cli_attach_run},
    {.name = "division",
     .summary = {"行政区划：导入和查看", "load and list the divisions of the city"},
     .usage =
         {"用法：kapok division load --data DIR FILE\n"
          "      kapok division list --data DIR [CODE]\n"
          "\n"
          "load 读入行政区划表：CSV，UTF-8 或 GBK，第一行是列名 code,name（代码,名称），可以有 "
          "name_en（英文名称）。\n"
          "代码 12 位，分市、县（区）、乡镇（街道）、村（社区）四级。新的加入，名称不同的改名，不删除；有一行不对\n"
          "就什么都不改，并逐行说明。list 列出全部，或 CODE 及其下级。\n"
          "\n"
          "  --data DIR  数据文件夹\n"
          "\n"
          "退出码：0 成功；1 有错误；2 用法错误。\n",
          "Usage: kapok division load --data DIR FILE\n"
          "       kapok division list --data DIR [CODE]\n"
          "\n"
          "load reads a table of divisions: CSV in UTF-8 or GBK whose first line names the columns code and name,\n"
          "and maybe name_en. Codes have 12 digits: city, county, township, village. New ones are added, others\n"
          "renamed, none taken away; when a row is wrong nothing is changed and each such row is told. list\n"
          "prints all, or CODE and what is below it.\n"
          "\n"
          "  --data DIR  data folder\n"
          "\n"
          "Exit status: 0 all is well; 1 something is wrong; 2 wrong usage.\n"},
     .argument_count_min = 1,
     .argument_count_max = 2,
     .run = cli_division_run},
    {.name = "person",
     .summary = {"账号和角色", "accounts and roles of people"},
     .usage =
         {"用法：kapok person add --data DIR [--title 姓名] [--division CODE] [--role 角色[@地方]] 账号\n"
          "      kapok person list --data DIR\n"
          "      kapok person passwd | disable | enable | reset-totp --data DIR 账号\n"
          "      kapok person role --data DIR [--remove] 账号 角色[@地方]\n"
          "\n"
          "add 和 passwd 从终端（或标准输入的第一行）读密码，至少 8 个字符。角色：teacher 教师、host "
          "活动室管理员、\n"
          "reviewer 审核员、manager 管理员、administrator 系统管理员；地方是 12 "
          "位行政区划代码（含其下级）或机构编号，\n"
          "不写就是全部。停用的人立即退出登录。\n"
          "\n"
          "退出码：0 成功；1 有错误；2 用法错误。\n",
          "Usage: kapok person add --data DIR [--title NAME] [--division CODE] [--role ROLE[@PLACE]] LOGIN\n"
          "       kapok person list --data DIR\n"
          "       kapok person passwd | disable | enable | reset-totp --data DIR LOGIN\n"
          "       kapok person role --data DIR [--remove] LOGIN ROLE[@PLACE]\n"
          "\n"
          "add and passwd read a password of 8 characters or more from the terminal, or the first line of\n"
          "standard input. Roles: teacher, host (of rooms), reviewer, manager, administrator. A place is the code\n"
          "of a division, with all below it, or the id of an institution; none means everywhere. Who is disabled\n"
          "is signed out at once.\n"
          "\n"
          "Exit status: 0 all is well; 1 something is wrong; 2 wrong usage.\n"},
     .own_options = PERSON_OPTIONS,
     .argument_count_min = 1,
     .argument_count_max = 3,
     .run = cli_person_run},
    {.name = "demo",
     .summary = {"添加一批演示课程，用于试用", "add courses for trying things"},
     .usage =
         {"用法：kapok demo --data DIR [--media FILE] [--courses FILE]\n"
          "\n"
          "添加近三百门演示课程，九个类别都有，连同所属机构和市、区县两级行政区划。重复运行只补上缺少的，不会\n"
          "重复添加。请用单独的数据文件夹，不要用正式的。\n"
          "\n"
          "  --data DIR      数据文件夹，没有时自动建立\n"
          "  --media FILE    一个视频，收入一次，新增的每门课程都用它；省略时课程没有视频\n"
          "  --courses FILE  换一批课程：每行一个 JSON 对象\n"
          "\n"
          "退出码：0 成功；1 失败；2 用法错误。\n",
          "Usage: kapok demo --data DIR [--media FILE] [--courses FILE]\n"
          "\n"
          "Adds nearly three hundred courses in all nine categories, with their institutions and the divisions of\n"
          "city and counties. Run again it adds only what is missing. Use a data folder of its own, not a real "
          "one.\n"
          "\n"
          "  --data DIR      data folder, made when missing\n"
          "  --media FILE    a video, taken in once, that every course added shows; without it they have none\n"
          "  --courses FILE  other courses: one JSON object per line\n"
          "\n"
          "Exit status: 0 all is well; 1 it failed; 2 wrong usage.\n"},
     .own_options = DEMO_OPTIONS,
     .run = cli_demo_run},
    {.name = "doctor",
     .summary = {"检查安装和数据文件夹", "check the installation and the data folder"},
     .usage =
         {"用法：kapok doctor --data DIR [--config FILE] [设置...]\n"
          "\n"
          "检查程序、编解码组件、网页、数据文件夹、空间和目录库，每项一行：正常、注意或失败。\n"
          "退出码：0 没有失败的项；1 有。\n",
          "Usage: kapok doctor --data DIR [--config FILE] [settings...]\n"
          "\n"
          "Checks programs, codecs, web pages, the data folder, free space and the catalog; prints a line for\n"
          "each: ok, warn or fail. Exit status: 0 nothing failed; 1 something did.\n"},
     .run = cli_doctor_run},
};

const CliCommand *cli_command_table(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(COMMANDS);
  return COMMANDS;
}

const CliCommand *cli_command_find(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++)
    if (strcmp(COMMANDS[i].name, name) == 0)
      return &COMMANDS[i];
  return NULL;
}

#define NAME_BYTES_MAX 32

/** Letters to insert, delete or replace to make one of the other; NAME_BYTES_MAX for long names. */
static size_t edit_distance(const char *a, const char *b) {
  size_t a_length = strlen(a), b_length = strlen(b);
  if (a_length >= NAME_BYTES_MAX || b_length >= NAME_BYTES_MAX)
    return NAME_BYTES_MAX;
  size_t row[NAME_BYTES_MAX];
  for (size_t j = 0; j <= b_length; j++)
    row[j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = MIN(replaced, MIN(row[j], row[j - 1]) + 1);
    }
  }
  return row[b_length];
}

const CliCommand *cli_command_nearest(const char *name) {
  const CliCommand *nearest = NULL;
  size_t least = MIN(MAX(strlen(name) / 2, 2) + 1, NAME_BYTES_MAX);
  for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++) {
    size_t distance = edit_distance(name, COMMANDS[i].name);
    if (distance < least && distance < strlen(COMMANDS[i].name)) { /* a letter at least is the same */
      least = distance;
      nearest = &COMMANDS[i];
    }
  }
  return nearest;
}
