"""The ground of the house: what two features share.

The leaves know nothing of the domain (``config db errors geo clock access i18n web api maps``);
the rooms above them do (``calendar regions catalogue sites``).  Nothing here imports a feature.
"""
