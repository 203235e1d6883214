/** The dlq verbs of the command line: arguments, printing, exit codes. */
@NullMarked
package io.millrace.deadletter.commands;

import org.jspecify.annotations.NullMarked;
