/** Reading rows of courses. Internal to catalog/. */
#pragma once

#include "catalog/connection.h"
#include "catalog/course.h"

/** A course from the columns that every course statement begins with. */
CatalogCourse *course_row_read(Statement *statement);

/** INVALID for a limit out of range or a text that is too long or not UTF-8. */
bool course_query_check(const CourseQuery *query, GError **error);
