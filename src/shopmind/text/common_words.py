"""Everyday words of shoppers: right as they stand, whether or not a shop's titles have them."""

_ENGLISH = """
about above accessories across adult after again against all almost along also always another any anyone anything
around away baby back bad bargain be because been before behind below best better between beyond big both boy boys
brand brands bright bulk business buy buying by can care cheap cheaper cheapest child children christmas clean
clearance clever close closed cold collection colour color colours colors comfortable compare cool could cover
daily dark daughter day days deal deals delivery design different dinner discount do does doing done down dry during
each early easy eco else empty enough even ever every everyday everyone everything except fast father few find fine
first fit five for four free fresh friend friends from full fun funny game games general gentle get gift gifts girl
girls give good goods great green grown had half hand handy happy hard has have heavy help her here high him his
holiday home hot hour house how huge husband idea ideas important in inside into item items its just keep kid kids
kind know lady ladies large last late later latest learn left less like list little live local long look looking
loose lot lots loud love low lower made main make makes making man many market maybe me mean means medium men middle
mini mobile modern money month months more most mother much mum mom must my name natural near nearly need needs never
new news next nice night no non none normal not nothing now number of off offer offers office often old on once one
online only open or order other others our out outdoor outside over own pair parts party people per perfect person
place plain please popular possible present presents pretty price prices pro product products quality quick quickly
quiet rather ready real really recommend red right room safe sale sales same save school search second see sell set
sets seven several shall she shipping shop shopping short should show side similar simple since six size sizes slim
slow small smart so soft some someone something son soon special spare standard start still stock stop store strong
stuff such suitable super sure sweet take tall team teen ten than that the their them then there these they thick
thin thing things this those three through time tiny to today together too tool top toward toy toys travel trend
trendy try two type types under until up upon upper urgent us use used useful using very view want wanted warm was
watch way we wear week weekend well were wet what when where which while white who whole why wide wife will wish with
within without woman women wonderful word work working world worth would wrong year years yes yet you young your
"""

ENGLISH = frozenset(_ENGLISH.split())
