package io.millrace.source.postgresql;

/**
 * Which transactions the database may still be busy with, as one statement sees it.
 *
 * @param oldest all with lower ids are over, and what they wrote is visible
 * @param next no transaction had this id or a higher one before the statement began
 */
record Horizon(long oldest, long next) {}
