"""The engine and its menus of interchangeable parts."""
