"""Archives and many-item files become one raw item each."""
