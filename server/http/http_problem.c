#include "server/http/http_problem.h"

#include "base/json_writer.h"
#include "server/http/http_response.h"

typedef struct {
  unsigned status;
  const char *code;
  const char *title[2]; /**< by HttpLanguage */
  const char *detail[2];
} ProblemText;

static const ProblemText problems[] = {
    [HTTP_PROBLEM_BAD_REQUEST] = {400,
                                  "bad_request",
                                  {"请求有误", "Bad request"},
                                  {"服务器看不懂这个请求。", "The server cannot understand this request."}},
    [HTTP_PROBLEM_BAD_PARAMETER] = {400,
                                    "bad_parameter",
                                    {"参数有误", "Bad parameter"},
                                    {"请求中有一个参数的值不对。",
                                     "A parameter of the request has a wrong value."}},
    [HTTP_PROBLEM_BODY_NOT_EXPECTED] = {400,
                                        "body_not_expected",
                                        {"请求有误", "Bad request"},
                                        {"这个请求不应带有内容。", "This request must not have a body."}},
    [HTTP_PROBLEM_BAD_JSON] = {400,
                               "bad_json",
                               {"内容格式有误", "Bad content"},
                               {"发送的内容不是所要的 JSON。", "The body is not the JSON that is asked for."}},
    [HTTP_PROBLEM_SIGN_IN] = {401,
                              "sign_in",
                              {"请先登录", "Sign in first"},
                              {"此操作需要登录。请登录后再试。",
                               "This needs an account: sign in, then try again."}},
    [HTTP_PROBLEM_WRONG_SIGN_IN] = {401,
                                    "wrong_sign_in",
                                    {"登录失败", "Not signed in"},
                                    {"账号或密码不对。", "The account or the password is wrong."}},
    [HTTP_PROBLEM_SECOND_FACTOR] = {401,
                                    "second_factor",
                                    {"需要验证码", "A code is wanted"},
                                    {"请输入身份验证器上的 6 位验证码，或一个恢复码。",
                                     "Give the six digits of your authenticator, or a recovery code."}},
    [HTTP_PROBLEM_TOO_OFTEN] = {429,
                                "too_often",
                                {"尝试太频繁", "Too many attempts"},
                                {"尝试次数太多，请稍后再试。", "Too many attempts; try again later."}},
    [HTTP_PROBLEM_CROSS_SITE] = {403,
                                 "cross_site",
                                 {"请求来自别的网站", "A request of another site"},
                                 {"出于安全考虑，不接受别的网站的网页发来的请求。",
                                  "For safety, what pages of other sites ask for is not done."}},
    [HTTP_PROBLEM_FORBIDDEN] = {403,
                                "forbidden",
                                {"没有权限", "Forbidden"},
                                {"您没有权限进行此操作。", "You may not do this."}},
    [HTTP_PROBLEM_NOT_FOUND] = {404,
                                "not_found",
                                {"没有找到", "Not found"},
                                {"您要的内容不存在，可能已被移走或地址有误。",
                                 "What you asked for is not here: it was moved or the address is wrong."}},
    [HTTP_PROBLEM_NOT_READY] = {404,
                                "not_ready",
                                {"正在准备", "Not ready yet"},
                                {"这节课正在转码，马上就能播放，请稍候。",
                                 "This lesson is being prepared and will be playable in a moment."}},
    [HTTP_PROBLEM_COMING] = {503,
                             "coming",
                             {"正在准备这一段", "This part is being prepared"},
                             {"这一段正在转码，马上就好，请稍候再取。",
                              "This part of the lesson is being transcoded now; ask again in a moment."}},
    [HTTP_PROBLEM_PAUSED] =
        {503,
         "paused",
         {"这节课暂停处理", "Work on this lesson is paused"},
         {"这一段还没有做好，这节课的处理被暂停了，恢复后才能播放。",
          "This part is not made yet, and work on the lesson is paused; it can be played after it goes on."}},
    [HTTP_PROBLEM_FAILED] = {404,
                             "failed",
                             {"无法播放", "Cannot be played"},
                             {"这节课的视频处理失败，无法播放。",
                              "The video of this lesson could not be processed, so it cannot be played."}},
    [HTTP_PROBLEM_METHOD] = {405,
                             "method_not_allowed",
                             {"不支持的操作", "Method not allowed"},
                             {"这个地址不支持该操作。", "This address does not take that method."}},
    [HTTP_PROBLEM_NOT_ACCEPTABLE] = {406,
                                     "not_acceptable",
                                     {"不能这样提供", "Not acceptable"},
                                     {"不能按请求的方式提供。",
                                      "It cannot be given in the way that is asked for."}},
    [HTTP_PROBLEM_CONFLICT] = {409,
                               "conflict",
                               {"与现状冲突", "Conflict"},
                               {"现在不能这样做：它正被使用，或者所处的状态不允许。",
                                "This cannot be done now: it is in use, or its state does not allow it."}},
    [HTTP_PROBLEM_PRECONDITION] = {412,
                                   "precondition_failed",
                                   {"内容已变化", "Precondition failed"},
                                   {"内容已经变化，请重新读取。", "The content has changed; read it again."}},
    [HTTP_PROBLEM_TOO_LARGE] = {413,
                                "content_too_large",
                                {"内容过大", "Content too large"},
                                {"发送的内容过大。", "The content sent is too large."}},
    [HTTP_PROBLEM_TARGET_TOO_LONG] = {414,
                                      "uri_too_long",
                                      {"地址过长", "URI too long"},
                                      {"请求的地址过长。", "The address of the request is too long."}},
    [HTTP_PROBLEM_MEDIA_TYPE] = {415,
                                 "media_type",
                                 {"内容类型不对", "Unsupported media type"},
                                 {"请发送 application/json。", "Send application/json."}},
    [HTTP_PROBLEM_RANGE] = {416,
                            "range_not_satisfiable",
                            {"范围无效", "Range not satisfiable"},
                            {"请求的范围超出了内容的长度。", "The range asked for lies outside the content."}},
    [HTTP_PROBLEM_OFFSET] = {409,
                             "offset_mismatch",
                             {"上传位置不对", "Offset mismatch"},
                             {"上传应从服务器已收到的位置继续，请先用 HEAD 查询。",
                              "An upload goes on where the server's bytes end; ask with HEAD."}},
    [HTTP_PROBLEM_LOCKED] = {423,
                             "locked",
                             {"正在上传", "Locked"},
                             {"这个上传正在另一个连接上进行，请稍后再试。",
                              "This upload is under way on another connection; try again in a moment."}},
    [HTTP_PROBLEM_CHECKSUM] = {460,
                               "checksum_mismatch",
                               {"校验和不符", "Checksum mismatch"},
                               {"收到的内容与校验和不符，已丢弃，请重新发送这一段。",
                                "What came does not match its checksum and was dropped; send this piece again."}},
    [HTTP_PROBLEM_TUS_VERSION] = {412,
                                  "tus_version",
                                  {"不支持的 tus 版本", "tus version not supported"},
                                  {"请用 Tus-Resumable: 1.0.0。", "Send Tus-Resumable: 1.0.0."}},
    [HTTP_PROBLEM_UPLOADS] = {429,
                              "too_many_uploads",
                              {"同时上传太多", "Too many uploads"},
                              {"您同时进行的上传太多，请等其中一个完成。",
                               "You have too many uploads under way; wait until one of them is done."}},
    [HTTP_PROBLEM_REFUSED] = {422,
                              "upload_refused",
                              {"无法接收", "Upload refused"},
                              {"这个文件无法接收。", "This file cannot be taken."}},
    [HTTP_PROBLEM_QUOTA] = {507,
                            "quota_exceeded",
                            {"超出配额", "Quota exceeded"},
                            {"机构的存储配额不够。", "The institution's quota is too small."}},
    [HTTP_PROBLEM_NO_SPACE] =
        {507,
         "no_space",
         {"存储空间不足", "No space left"},
         {"服务器的存储空间不够。已收到的内容仍然保留，空间腾出后可以继续上传。",
          "The server has too little space left. What came is kept; go on when there is room."}},
    [HTTP_PROBLEM_STORAGE] =
        {507,
         "storage",
         {"无法保存", "Cannot be saved"},
         {"服务器的硬盘已满或无法写入，这次的更改没有保存，已有的内容不受影响。请联系管理员处理后再试。",
          "The server's disk is full or cannot be written: this change was not saved, and nothing else was lost. "
          "Please ask the operator to see to it, then try again."}},
    [HTTP_PROBLEM_FIELD] = {422,
                            "invalid_field",
                            {"字段有误", "Invalid field"},
                            {"有一个字段的值不对。", "A field has a wrong value."}},
    [HTTP_PROBLEM_KEY_REUSED] = {422,
                                 "idempotency_key_reused",
                                 {"重复的请求编号", "Idempotency key reused"},
                                 {"这个 Idempotency-Key 已用于另一个请求。",
                                  "This Idempotency-Key was used for another request."}},
    [HTTP_PROBLEM_PRECONDITION_REQUIRED] = {428,
                                            "precondition_required",
                                            {"缺少 If-Match", "Precondition required"},
                                            {"修改时须用 If-Match 说明所依据的版本。",
                                             "An edit must name the version it starts from with If-Match."}},
    [HTTP_PROBLEM_HEADERS_TOO_LARGE] = {431,
                                        "headers_too_large",
                                        {"请求头过大", "Request header fields too large"},
                                        {"请求头过大。", "The header fields of the request are too large."}},
    [HTTP_PROBLEM_INTERNAL] = {500,
                               "internal",
                               {"服务器出错", "Internal error"},
                               {"服务器出错了，请稍后再试；如果一直这样，请联系管理员并告知请求编号。",
                                "Something went wrong on the server. Try again later; if it stays so, tell the "
                                "operator the request id."}},
    [HTTP_PROBLEM_NOT_IMPLEMENTED] = {501,
                                      "not_implemented",
                                      {"不支持的操作", "Not implemented"},
                                      {"服务器不支持该操作。", "The server does not know that method."}},
    [HTTP_PROBLEM_PROVIDER] =
        {502,
         "provider",
         {"暂时无法登录", "Cannot sign in now"},
         {"统一身份认证服务没有正常回应，请稍后再试，或用账号和密码登录。",
          "The service at which you sign in does not answer as it should; try again later, or "
          "sign in with account and password."}},
    [HTTP_PROBLEM_BUSY] = {503,
                           "busy",
                           {"服务器繁忙", "Busy"},
                           {"服务器正忙，请稍后再试。", "The server is busy; try again in a moment."}},
    [HTTP_PROBLEM_TOO_MANY] = {429,
                               "too_many_connections",
                               {"连接太多", "Too many connections"},
                               {"您所在的网络地址打开的连接太多，请稍后再试。",
                                "Too many connections are open from your network address; try again in a moment."}},
    [HTTP_PROBLEM_PAGES_MISSING] = {503,
                                    "pages_missing",
                                    {"网页尚未构建", "The pages are not built"},
                                    {"服务器正在运行，但网页文件还没有构建或没有安装。请运行 ./run 进行构建，"
                                     "或用 --web 指定网页文件夹。",
                                     "The server runs, but its pages are not built or not installed. Run ./run to "
                                     "build them, or name their folder with --web."}},
    [HTTP_PROBLEM_VERSION] = {505,
                              "http_version",
                              {"不支持的 HTTP 版本", "HTTP version not supported"},
                              {"服务器只支持 HTTP/1.0 和 HTTP/1.1。",
                               "The server speaks HTTP/1.0 and HTTP/1.1 only."}},
};

unsigned http_problem_status(HttpProblem problem) {
  return problems[problem].status;
}

const char *http_problem_code(HttpProblem problem) {
  return problems[problem].code;
}

static GString *write_document(const ProblemText *text, const char *title, const char *detail,
                               const char *request_id) {
  GString *out = g_string_new(NULL);
  g_autofree char *type = g_strdup_printf("urn:kapok:problem:%s", text->code);
  JsonWriter writer;
  json_writer_init(&writer, out);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "type", type);
  json_writer_member_string(&writer, "title", title);
  json_writer_member_int(&writer, "status", text->status);
  json_writer_member_string(&writer, "detail", detail);
  json_writer_member_string(&writer, "code", text->code);
  if (request_id[0] != '\0')
    json_writer_member_string(&writer, "request_id", request_id);
  json_writer_end_object(&writer);
  return out;
}

static GString *write_page(HttpLanguage language, const char *title, const char *detail) {
  g_autofree char *safe_detail = g_markup_escape_text(detail, -1);
  GString *out = g_string_new(NULL);
  g_string_append_printf(
      out,
      "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n"
      "<style>body{font:1.25rem/1.7 system-ui,'Noto Sans CJK SC',sans-serif;max-width:36rem;margin:12vh auto;"
      "padding:0 1.5rem;color:#1c1917;background:#fffbf7}h1{font-size:2rem;line-height:1.3}a{color:#9a3412}"
      "@media(prefers-color-scheme:dark){body{color:#f5f5f4;background:#1c1917}a{color:#fdba74}}</style>\n"
      "</head>\n<body>\n<main>\n<h1>%s</h1>\n<p>%s</p>\n<p><a href=\"/\">%s</a></p>\n</main>\n</body>\n</html>\n",
      http_language_tag(language), title, title, safe_detail,
      language == HTTP_LANGUAGE_EN ? "To the home page" : "回到首页");
  return out;
}

void http_problem_set(HttpResponse *response, const HttpRequest *request, HttpProblem problem, const char *detail) {
  const ProblemText *text = &problems[problem];
  const char *title = text->title[request->language];
  const char *sentence = detail != NULL ? detail : text->detail[request->language];
  http_response_drop_body(response);
  response->status = text->status;
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
  http_response_set_header(response, "Content-Language", http_language_tag(request->language));
  http_response_set_header(response, "Vary", "Accept, Accept-Language");
  if (problem == HTTP_PROBLEM_SIGN_IN)
    http_response_set_header(response, "WWW-Authenticate", "Bearer realm=\"kapok\""); /* RFC 6750 §3 */
  if (problem == HTTP_PROBLEM_NOT_READY || problem == HTTP_PROBLEM_BUSY || problem == HTTP_PROBLEM_TOO_MANY ||
      problem == HTTP_PROBLEM_LOCKED || problem == HTTP_PROBLEM_UPLOADS)
    http_response_set_header(response, "Retry-After", "2");
  else if (problem == HTTP_PROBLEM_COMING)
    http_response_set_header(response, "Retry-After", "1");
  else if (problem == HTTP_PROBLEM_PAUSED)
    http_response_set_header(response, "Retry-After", "30"); /* somebody has to let it go on */
  if (http_request_wants_html(request))
    http_response_take_string(response, "text/html; charset=utf-8", write_page(request->language, title, sentence));
  else
    http_response_take_string(response, "application/problem+json",
                              write_document(text, title, sentence, request->id));
}

void http_problem_set_texts(HttpResponse *response, const HttpRequest *request, HttpProblem problem,
                            const char *detail_zh, const char *detail_en) {
  http_problem_set(response, request, problem, request->language == HTTP_LANGUAGE_EN ? detail_en : detail_zh);
}
