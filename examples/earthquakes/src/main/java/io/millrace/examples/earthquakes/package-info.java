/** An alert for each event of the USGS earthquake feed: a version that fails on real data, and the one that does not. */
@NullMarked
package io.millrace.examples.earthquakes;

import org.jspecify.annotations.NullMarked;
