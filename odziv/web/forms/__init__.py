"""Forms of the pages. Each says beside the field what is wrong and how to mend it."""
